/**
 * Where each route of the app is looked at: an address for everything that it shows, under the name of its pictures.
 * A new route needs a line here, or the walk through every page fails.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { type Stack, until } from "./stack.ts";

export type Visit = {
  name: string;
  address: string;
  /** What the API answers in place of the stack, by path: states that the stack is not in. */
  answers?: Record<string, { status: number; body: unknown }>;
  /** What is done before it is looked at. */
  prepare?: (page: Page) => Promise<void>;
};

type Things = Record<
  | "customer"
  | "order"
  | "segment"
  | "list"
  | "campaign"
  | "draft"
  | "import"
  | "key"
  | "colleague"
  | "webhook",
  string
>;

const NOTHING = { status: 200, body: { items: [], nextCursor: null } };
const OUTAGE = { status: 500, body: {} };
const NO_FIGURES = { customers: 0, orders: 0, revenue: 0, segments: 0, campaigns: 0, messages: 0 };

/** A route by its path in the router, and what there is to see. */
export const VISITS: Record<string, (things: Things) => Visit[]> = {
  "/": () => [
    { name: "dashboard", address: "/" },
    {
      name: "palette",
      address: "/",
      async prepare(page) {
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox", { name: "Page, customer or command" }).fill("as");
        await page.getByRole("option", { name: /^All customers like/ }).waitFor();
      },
    },
    {
      name: "dashboard-empty",
      address: "/",
      answers: { "/api/stats": { status: 200, body: { ...NO_FIGURES, currency: "INR", daily: [] } } },
    },
    {
      name: "dashboard-offline",
      address: "/",
      async prepare(page) {
        await page.evaluate(() => {
          Object.defineProperty(navigator, "onLine", { value: false });
          window.dispatchEvent(new Event("offline"));
        });
        await page.getByText("You are offline.").waitFor();
      },
    },
  ],
  "/customers": () => [
    { name: "customers", address: "/customers" },
    { name: "customers-none", address: "/customers?search=nobody-at-all" },
    {
      name: "customers-failed",
      address: "/customers",
      answers: { "/api/customers": OUTAGE },
      prepare: (page) => page.getByRole("button", { name: "Try again" }).waitFor(),
    },
    {
      name: "customers-by-rules",
      address: `/customers?rules=${encodeURIComponent('{"combinator":"and","rules":[{"field":"city","operator":"=","value":"Pune"}]}')}`,
      prepare: (page) => page.getByRole("button", { name: "Edit rules" }).waitFor(),
    },
    {
      name: "customers-filter",
      address: "/customers",
      async prepare(page) {
        await page.getByRole("button", { name: "Filter by rules" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Condition", exact: true }).click();
      },
    },
    {
      name: "customers-selected",
      address: "/customers",
      prepare: (page) => page.getByRole("checkbox", { name: "Select all shown" }).check(),
    },
    {
      name: "customers-columns",
      address: "/customers",
      prepare: (page) => page.getByRole("button", { name: "Columns" }).click(),
    },
  ],
  "/customers/new": () => [
    {
      name: "customer-new",
      address: "/customers/new",
      prepare: (page) => page.getByRole("button", { name: "Create customer" }).click(),
    },
  ],
  "/customers/:id": ({ customer }) => [
    { name: "customer", address: `/customers/${customer}` },
    { name: "customer-orders", address: `/customers/${customer}?view=orders` },
    { name: "customer-messages", address: `/customers/${customer}?view=messages` },
    {
      name: "customer-merge",
      address: `/customers/${customer}`,
      async prepare(page) {
        await page.getByRole("button", { name: "Merge", exact: true }).click();
        await page.getByRole("dialog").getByRole("textbox").or(page.getByRole("searchbox")).first().waitFor();
      },
    },
    {
      name: "customer-delete",
      address: `/customers/${customer}`,
      prepare: (page) => page.getByRole("main").getByRole("button", { name: "Delete" }).first().click(),
    },
  ],
  "/customers/:id/edit": ({ customer }) => [
    { name: "customer-edit", address: `/customers/${customer}/edit` },
  ],
  "/orders": () => [
    { name: "orders", address: "/orders" },
    { name: "orders-of-nobody", address: "/orders?email=nobody%40example.com" },
    { name: "orders-empty", address: "/orders", answers: { "/api/orders": NOTHING } },
  ],
  "/orders/new": () => [
    {
      name: "order-new",
      address: "/orders/new",
      async prepare(page) {
        await page.getByRole("button", { name: "Add an item" }).click();
        await page.getByRole("button", { name: "Place order" }).click();
        await page.getByText("Write the address first.").waitFor();
      },
    },
  ],
  "/orders/:id": ({ order }) => [
    { name: "order", address: `/orders/${order}` },
    {
      name: "order-fulfil",
      address: `/orders/${order}`,
      prepare: (page) => page.getByRole("button", { name: "Fulfil" }).click(),
    },
  ],
  "/imports": () => [
    { name: "imports", address: "/imports" },
    {
      name: "imports-columns",
      address: "/imports",
      async prepare(page) {
        await page.locator("input[type=file]").setInputFiles({
          name: "customers.csv",
          mimeType: "text/csv",
          buffer: Buffer.from("Contact,name,shoe size\nasha@example.in,Asha Rao,40\n"),
        });
        await page.getByText("Say which column is E-mail.").waitFor();
      },
    },
  ],
  "/imports/:id": (things) => [{ name: "import", address: `/imports/${things.import}` }],
  "/segments": () => [
    { name: "segments", address: "/segments" },
    { name: "segments-empty", address: "/segments", answers: { "/api/segments": NOTHING } },
  ],
  "/segments/new": () => [
    { name: "segment-new", address: "/segments/new" },
    {
      name: "segment-new-faulty",
      address: "/segments/new",
      async prepare(page) {
        await page.getByRole("button", { name: "Group", exact: true }).click();
        await page.getByRole("button", { name: "Create segment" }).click();
        await page.getByText("Give the segment a name.").waitFor();
      },
    },
    {
      name: "segment-new-in-words",
      address: "/segments/new",
      async prepare(page) {
        await page
          .getByLabel("Describe the people in plain words")
          .fill("shoppers in Pune who ordered in the last 30 days and like tea");
        await page.getByRole("button", { name: "Find rules" }).click();
        await page.getByRole("button", { name: "Use these rules" }).waitFor();
      },
    },
  ],
  "/segments/:id": ({ segment, list }) => [
    { name: "segment", address: `/segments/${segment}` },
    { name: "segment-list", address: `/segments/${list}` },
  ],
  "/segments/:id/edit": ({ segment }) => [{ name: "segment-edit", address: `/segments/${segment}/edit` }],
  "/campaigns": () => [
    { name: "campaigns", address: "/campaigns" },
    { name: "campaigns-empty", address: "/campaigns", answers: { "/api/campaigns": NOTHING } },
  ],
  "/campaigns/new": ({ segment }) => [
    { name: "campaign-new", address: `/campaigns/new?segment=${segment}` },
    { name: "campaign-review-faulty", address: "/campaigns/new?step=review" },
  ],
  "/campaigns/suggest": () => [
    {
      name: "campaign-suggest",
      address: "/campaigns/suggest",
      async prepare(page) {
        await page.getByLabel("Objective").fill("Thank the customers in Pune who spent over 1000");
        await page.getByRole("button", { name: "Suggest", exact: true }).click();
        await page.getByRole("button", { name: "Use it" }).waitFor();
        await page.getByText("counting…").waitFor({ state: "detached" });
      },
    },
  ],
  "/campaigns/:id/edit": ({ draft }) => [
    ...["audience", "message", "schedule", "review"].map((step) => ({
      name: `campaign-${step}`,
      address: `/campaigns/${draft}/edit?step=${step}`,
    })),
    {
      name: "campaign-launch",
      address: `/campaigns/${draft}/edit?step=review`,
      async prepare(page) {
        await page.getByRole("button", { name: /^Launch to \d/ }).click();
        await page.getByRole("heading", { name: /^Launch to \d.*\?$/ }).waitFor();
      },
    },
    {
      name: "campaign-write",
      address: `/campaigns/${draft}/edit?step=message`,
      async prepare(page) {
        await page.getByRole("button", { name: "Write with the assistant" }).click();
        await page.getByLabel("Objective").fill("Thank our best customers");
        await page.getByRole("button", { name: "3 messages for e-mail" }).click();
        await page.getByRole("button", { name: "Use this one" }).first().waitFor();
      },
    },
  ],
  "/campaigns/:id": ({ campaign, draft }) => [
    { name: "campaign", address: `/campaigns/${campaign}` },
    { name: "campaign-draft", address: `/campaigns/${draft}` },
    {
      name: "campaign-why",
      address: `/campaigns/${campaign}`,
      async prepare(page) {
        await page
          .getByRole("button", { name: /^Why \S+@/ })
          .first()
          .click();
        await page.getByRole("dialog").getByRole("list").first().waitFor();
      },
    },
    {
      name: "campaign-told",
      address: `/campaigns/${campaign}`,
      async prepare(page) {
        await page.getByRole("button", { name: "Summarise results" }).click();
        await page.getByRole("button", { name: "Summarise again" }).waitFor();
      },
    },
  ],
  "/suppressions": () => [{ name: "suppressions", address: "/suppressions" }],
  "/settings": () => [{ name: "settings", address: "/settings" }],
  "/users": ({ colleague }) => [
    { name: "users", address: "/users" },
    {
      name: "users-role",
      address: "/users",
      prepare: (page) => page.getByRole("button", { name: `Change the role of ${colleague}` }).click(),
    },
  ],
  "/keys": ({ key }) => [
    { name: "keys", address: "/keys" },
    {
      name: "keys-revoke",
      address: "/keys",
      prepare: (page) => page.getByRole("button", { name: `Revoke ${key}` }).click(),
    },
  ],
  "/webhooks": () => [
    { name: "webhooks", address: "/webhooks" },
    { name: "webhooks-empty", address: "/webhooks", answers: { "/api/webhooks": NOTHING } },
  ],
  "/webhooks/new": () => [
    {
      name: "webhook-new",
      address: "/webhooks/new",
      async prepare(page) {
        await page.getByRole("radio", { name: /^Chosen ones/ }).check();
        await page.getByRole("button", { name: "Create webhook" }).click();
        await page.getByText("Choose at least one.").waitFor();
      },
    },
  ],
  "/webhooks/:id": ({ webhook }) => [
    {
      name: "webhook",
      address: `/webhooks/${webhook}`,
      prepare: (page) => page.getByText("How to verify a signature").click(),
    },
    { name: "webhook-none-failed", address: `/webhooks/${webhook}?outcome=failed` },
    {
      name: "webhook-delivery",
      address: `/webhooks/${webhook}`,
      async prepare(page) {
        await page.getByRole("link", { name: "crm.webhook.test.v1" }).first().click();
        await page.getByRole("region", { name: "The event as it is sent" }).waitFor();
      },
    },
    {
      name: "webhook-rotate",
      address: `/webhooks/${webhook}`,
      prepare: (page) => page.getByRole("button", { name: "Rotate", exact: true }).click(),
    },
  ],
  "/webhooks/:id/edit": ({ webhook }) => [{ name: "webhook-edit", address: `/webhooks/${webhook}/edit` }],
  "/queues": () => [{ name: "queues", address: "/queues" }],
  "/queues/:name": () => [
    {
      name: "dead-letters",
      address: "/queues/orders",
      prepare: (page) => page.getByText("What it is about").first().click(),
    },
    {
      name: "dead-letters-discard",
      address: "/queues/orders",
      prepare: (page) =>
        page
          .getByRole("button", { name: /^Discard: / })
          .first()
          .click(),
    },
    { name: "dead-letters-none", address: "/queues/imports" },
  ],
  "/costs": () => [{ name: "costs", address: "/costs" }],
  "/ai": () => [
    {
      name: "assistant",
      address: "/ai",
      prepare: (page) => page.getByRole("heading", { name: "By user" }).waitFor(),
    },
  ],
  "/audit": () => [
    {
      name: "audit",
      address: "/audit",
      prepare: (page) => page.getByText("What changed").first().click(),
    },
    { name: "audit-none", address: "/audit?object=users/nobody" },
  ],
  "/*": () => [{ name: "not-found", address: "/no/such/page" }],
};

const NAMES = [
  "Asha Rao",
  "Vikram Nair",
  "Meera Iyer",
  "Kabir Shah",
  "Leela Menon",
  "Rohan Das",
  "Zoya Khan",
  "Dev Patel",
];
const CITIES = ["Pune", "Mumbai", "Bengaluru", "Delhi"];
const PEOPLE = 24;
const ORDERS = 120;
const DAY = 86_400_000;

/** Something to see on each page. */
export async function furnish(stack: Stack): Promise<Things> {
  await stack.customers(PEOPLE, (index) => ({
    name: NAMES[index % NAMES.length],
    city: CITIES[index % CITIES.length],
    country: "India",
    phone: `+91 98765 4${String(index).padStart(4, "0")}`,
    tags: index % 3 === 0 ? ["vip"] : [],
  }));
  const items = Array.from({ length: ORDERS }, (_, index) => ({
    email: stack.email(`person${index % PEOPLE}`),
    orderId: `PAGE-${stack.mark}-${index}`,
    total: 399 + ((index * 263) % 3_900),
    placedAt: new Date(Date.now() - ((index * 7) % 30) * DAY).toISOString(),
  }));
  await stack.api("POST", "/api/orders", { items });
  const email = stack.email("person0");
  const path = `/api/customers?search=${encodeURIComponent(email)}`;
  const person = async () =>
    (await stack.api<{ items: { id: string; orderCount: number }[] }>("GET", path)).items[0];
  await until("the orders", async () => (await person())?.orderCount === ORDERS / PEOPLE);
  const customer = (await person())?.id ?? "";

  const placed = stack.email("person1");
  await stack.api("POST", "/api/orders", {
    email: placed,
    orderId: `PAGE-${stack.mark}-items`,
    items: [
      { sku: "TEA-1", name: "Assam tea", quantity: 2, unitPrice: 349.5 },
      { sku: "POT-1", name: "Tea pot", quantity: 1, unitPrice: 1_299 },
    ],
  });
  const order = await orderOf(stack, placed, `PAGE-${stack.mark}-items`);

  const segment = await stack.segment("Festive buyers", PEOPLE);
  const { id: list } = await stack.api<{ id: string }>("POST", "/api/segments", {
    name: "Friends of the shop",
    kind: "list",
  });
  await stack.api("POST", `/api/segments/${list}/members`, { add: [customer] });
  const letter = {
    name: "Diwali early access",
    segmentId: segment,
    channel: "email",
    variants: [
      {
        subject: "The doors are open, {{name}}",
        body: "<p>Dear {{name}}, come in before everybody else.</p>",
      },
      { subject: "{{name}}, a day before all others", body: "<p>Dear {{name}}, yours until midnight.</p>" },
    ],
  };
  const { id: draft } = await stack.api<{ id: string }>("POST", "/api/campaigns", {
    ...letter,
    draft: true,
  });
  const { id: campaign } = await stack.api<{ id: string }>("POST", "/api/campaigns", letter);
  await until("the campaign", async () => {
    const { status, delivered } = await stack.api<{ status: string; delivered: number }>(
      "GET",
      `/api/campaigns/${campaign}`,
    );
    return status === "sent" && delivered > 0;
  });
  await until("the report", async () => {
    return "asOf" in (await stack.api("GET", `/api/campaigns/${campaign}/report`));
  });
  await stack.api("POST", "/api/suppressions", { address: stack.email("gone") });
  const colleague = stack.email("colleague");
  await stack.api("POST", "/api/users", { email: colleague, role: "analyst" });
  const key = `Web shop ${stack.mark}`;
  await stack.api("POST", "/api/keys", { name: key, scopes: ["ingest", "read"] });
  await stack.deadLetter(`PAGE-${stack.mark}-bad`);
  // Something to count for the page of the assistant.
  await stack.api("POST", "/api/generate-rules", { prompt: `customers tagged tea${stack.mark}` });
  return {
    customer,
    order,
    segment,
    list,
    campaign,
    draft,
    import: await imported(stack),
    key,
    colleague,
    webhook: await webhookWithLog(stack),
  };
}

/** A webhook of which the log has something. Its receiver is here, and goes with the journey. */
async function webhookWithLog(stack: Stack): Promise<string> {
  const receiver = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/plain" }).end("taken");
  });
  // It keeps nobody from ending.
  receiver.unref();
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo;
  const { id } = await stack.api<{ id: string }>("POST", "/api/webhooks", {
    url: `http://127.0.0.1:${port}/crm-events`,
    types: ["crm.campaign.finished.v1"],
    description: "Web shop",
  });
  await stack.api("POST", `/api/webhooks/${id}/test`);
  await until("the test", async () => {
    const { items } = await stack.api<{ items: unknown[] }>("GET", `/api/webhooks/${id}/deliveries`);
    return items.length > 0;
  });
  return id;
}

/** The id of an order, once it is there. */
async function orderOf(stack: Stack, email: string, orderId: string): Promise<string> {
  type Orders = { items: { id: string; orderId?: string }[] };
  let id: string | undefined;
  await until(`the order ${orderId}`, async () => {
    const { items } = await stack.api<Orders>("GET", `/api/orders/by-email/${encodeURIComponent(email)}`);
    id = items.find((order) => order.orderId === orderId)?.id;
    return id !== undefined;
  });
  return id ?? "";
}

/** An import with a rejected row, once it is done. */
async function imported(stack: Stack): Promise<string> {
  type Ticket = { id: string; upload: { method: string; url: string; headers: Record<string, string> } };
  const { id, upload } = await stack.api<Ticket>("POST", "/api/imports", { kind: "customers" });
  const body = `email,name,shoe size\n${stack.email("late")},Late Comer,40\nnobody,No Body,41\n`;
  const { ok, status } = await fetch(upload.url, { method: upload.method, headers: upload.headers, body });
  if (!ok) throw new Error(`the store answered ${status}`);
  await until("the import", async () => {
    return (await stack.api<{ status: string }>("GET", `/api/imports/${id}`)).status === "done";
  });
  return id;
}

/** Nothing is being loaded any more, and nothing moves. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    if (document.querySelector(".animate-pulse, [aria-busy=true]")) return false;
    return document.getAnimations().every(({ playState }) => playState !== "running");
  });
}
