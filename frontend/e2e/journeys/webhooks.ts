/**
 * An administrator has events sent to a program, whose answers and signatures are real: sees a test arrive, finds an outage
 * in the log and resends what it cost, gives the webhook another secret, disables it and deletes it.
 */
import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { journey, until } from "../stack.ts";

type Event = { id: string; type: string; data: Record<string, unknown> };
/** A request that the receiver got: its event, and whether it is signed by a secret. */
type Received = { event: Event; signedBy: (secret: string) => boolean };

const received: Received[] = [];
const faults: string[] = [];
let status = 200;

const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const header = (name: string) => String(request.headers[name] ?? "");
  const age = Math.abs(Date.now() / 1_000 - Number(header("webhook-timestamp")));
  if (!(age < 300)) faults.push(`a request is ${age} seconds old`);
  const event = JSON.parse(body) as Event;
  if (header("webhook-id") !== event.id) faults.push(`${event.id} goes by ${header("webhook-id")}`);
  received.push({
    event,
    signedBy(secret) {
      const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
      const signed = `${header("webhook-id")}.${header("webhook-timestamp")}.${body}`;
      const wanted = createHmac("sha256", key).update(signed).digest();
      return header("webhook-signature")
        .split(" ")
        .map((one) => one.split(","))
        .some(([version, text = ""]) => {
          const given = Buffer.from(text, "base64");
          return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
        });
    },
  });
  response.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? "taken" : "out of order");
});
await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const { port } = receiver.address() as AddressInfo;

/** The newest request that is about this type. */
const newest = (type: string) => received.findLast(({ event }) => event.type === type);

try {
  await journey(async (stack) => {
    const address = `http://127.0.0.1:${port}/${stack.mark}`;
    const admin = await stack.signedIn("admin");
    const { page } = admin;
    await admin.navigation().getByRole("link", { name: "Webhooks", exact: true }).click();
    await admin.heading("Webhooks").waitFor();
    await page.getByRole("link", { name: "New webhook" }).click();
    await admin.heading("New webhook").waitFor();

    const create = page.getByRole("button", { name: "Create webhook" });
    await page.getByLabel("Address", { exact: true }).fill("ftp://shop.example.com");
    admin.expect(/^422 of POST .*\/api\/webhooks$/);
    await create.click();
    await page.getByText("must begin with https://").waitFor();
    await page.getByLabel("Address", { exact: true }).fill(address);
    await page.getByLabel("Description").fill(`Shop ${stack.mark}`);
    await page.getByRole("radio", { name: /^Chosen ones/ }).check();
    await page.getByRole("checkbox", { name: /crm\.customer\.created\.v1/ }).check();
    await create.click();
    const made = page.getByRole("dialog", { name: "The secret of the webhook" });
    const secret = await made.getByLabel("Secret").inputValue();
    assert.match(secret, /^whsec_[\w+/]+=*$/);
    await made.getByRole("button", { name: "Done" }).click();
    await admin.heading(`127.0.0.1:${port}/${stack.mark}`).waitFor();
    await page.getByText("Nothing was sent yet").waitFor();

    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The test was delivered: answered 200.").waitFor();
    const log = page.getByRole("table", { name: "Deliveries, newest first" });
    await log
      .getByRole("row")
      .filter({ hasText: "crm.webhook.test.v1" })
      .filter({ hasText: "delivered" })
      .waitFor();
    assert.ok(newest("crm.webhook.test.v1")?.signedBy(secret), "the test is not signed by the secret");

    // The list of webhooks is believed for some seconds, in which a new one hears nothing: people come until it has heard of one.
    const told = (who: string) =>
      received
        .filter(({ event }) => event.type === "crm.customer.created.v1")
        .map(({ event }) => String(event.data.email))
        .find((email) => email.startsWith(who) && email.includes(stack.mark));
    const hear = async (who: string, every: number) => {
      let [count, last] = [0, 0];
      const come = async () => {
        if (Date.now() - last > every) {
          await stack.api("POST", "/api/customers", { email: stack.email(`${who}${count++}`) });
          last = Date.now();
        }
        return told(who) !== undefined;
      };
      await until(`an event of ${who}`, come, { patience: 300_000 });
      return told(who) ?? "";
    };
    await hear("early", 2_000);
    // Whoever came before is told of by then.
    await hear("eve", 30_000);
    // Then the receiver is out of order. Few come meanwhile: after some failures a webhook is left in peace, resent or not.
    status = 503;
    const email = await hear("person", 30_000);
    type Found = { items: { id: string; email: string }[] };
    const people = await stack.api<Found>("GET", `/api/customers?search=${email}`);
    const person = people.items.find((one) => one.email === email);
    assert.ok(person, `${email} is not found`);
    const row = log.getByRole("row").filter({ hasText: `customers/${person.id}` });
    await row.filter({ hasText: "answered 503" }).filter({ hasText: "waiting" }).waitFor();
    await page.getByText(/^Nothing could be delivered since/).waitFor();
    await row.getByRole("link").click();
    const delivery = page.getByRole("dialog", { name: "crm.customer.created.v1" });
    await delivery.getByText("out of order").waitFor();
    const event = delivery.getByRole("region", { name: "The event as it is sent" });
    assert.match((await event.textContent()) ?? "", new RegExp(email));
    status = 200;
    await delivery.getByRole("button", { name: "Resend" }).click();
    await delivery.getByText("answered 200").waitFor();
    await page.keyboard.press("Escape");
    await row.filter({ hasText: "delivered" }).waitFor();
    await page.getByText(/^Events are sent as they happen/).waitFor();
    const ids = received.filter(({ event: { data } }) => data.email === email).map(({ event: { id } }) => id);
    assert.ok(ids.length >= 2 && new Set(ids).size === 1, "a repetition has another id");

    await page.getByRole("button", { name: "Rotate", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Rotate the secret" }).click();
    const rotated = page.getByRole("dialog", { name: "The new secret" });
    const next = await rotated.getByLabel("Secret").inputValue();
    assert.notEqual(next, secret);
    await rotated.getByRole("button", { name: "Done" }).click();
    await page.getByText(/^It was rotated: the former secret signs too until/).waitFor();
    await page.getByRole("button", { name: "Show the secret" }).click();
    assert.equal(await page.getByLabel("Secret", { exact: true }).inputValue(), next);
    const first = newest("crm.webhook.test.v1");
    await page.getByRole("button", { name: "Send a test" }).click();
    await until("the second test", async () => newest("crm.webhook.test.v1") !== first);
    const test = newest("crm.webhook.test.v1");
    assert.ok(test?.signedBy(next) && test.signedBy(secret), "for a day both secrets sign");

    await page.getByRole("button", { name: "Disable", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
    await page.getByText(/^Somebody disabled it on/).waitFor();
    assert.ok(await page.getByRole("button", { name: "Send a test" }).isDisabled());

    // What is on the page asks for it until the page is left.
    admin.expect(/^404 of GET .*\/api\/webhooks\//);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete webhook" }).click();
    await admin.heading("Webhooks").waitFor();
    await page.getByText(address).waitFor({ state: "detached" });

    await admin.navigation().getByRole("link", { name: "Audit log", exact: true }).click();
    await page.getByRole("combobox", { name: "About" }).selectOption({ label: "Webhooks" });
    const changes = page.getByRole("list", { name: "Changes, newest first" }).getByRole("listitem");
    await changes
      .filter({ hasText: stack.mark })
      .first()
      .filter({ hasText: "deleted the webhook" })
      .waitFor();
    assert.ok(!(await page.content()).includes("whsec_"), "the audit log has a secret");
    assert.deepEqual(faults, []);
  });
} finally {
  receiver.close();
  receiver.closeAllConnections();
}
