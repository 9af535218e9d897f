/** An analyst reads everything, tries an audience, and is offered nothing that changes something; addresses of forms say why. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

const WRITES =
  /^(New|Create|Delete|Edit|Merge|Upload|Write to them|Add to the list|Take|Pause|Resume|Cancel|Launch|Review|Fulfil|Refund|Use it)/;

await journey(async (stack) => {
  await stack.customers(2);
  const segment = await stack.segment(`Read ${stack.mark}`, 2);
  const { items } = await stack.api<{ items: { id: string }[] }>(
    "GET",
    `/api/customers?search=${stack.email("person0")}`,
  );
  const customer = items[0]?.id ?? "";
  const analyst = await stack.signedIn("analyst");
  const { page } = analyst;

  const pages: [string, string | RegExp][] = [
    ["/", "Dashboard"],
    ["/customers", "Customers"],
    [`/customers/${customer}`, `Person 0 ${stack.mark}`],
    ["/orders", "Orders"],
    ["/imports", "Imports"],
    ["/segments", "Segments"],
    [`/segments/${segment}`, `Read ${stack.mark}`],
    ["/campaigns", "Campaigns"],
    ["/campaigns/suggest", "Suggest a campaign"],
    ["/suppressions", "Suppressions"],
  ];
  for (const [address, title] of pages) {
    await page.goto(address);
    await analyst.heading(title).waitFor();
    await page.getByText("Loading", { exact: true }).first().waitFor({ state: "detached" });
    const main = page.getByRole("main");
    for (const role of ["button", "link"] as const) {
      const names = await main.getByRole(role, { name: WRITES }).allTextContents();
      assert.deepEqual(names, [], `${role}s at ${address}`);
    }
    assert.equal(
      await analyst
        .navigation()
        .getByText(/Users|API keys|Webhooks|Audit|Queues|Assistant|Settings/)
        .count(),
      0,
    );
  }

  for (const address of [
    "/customers/new",
    `/customers/${customer}/edit`,
    "/orders/new",
    `/segments/${segment}/edit`,
    "/campaigns/new",
  ]) {
    await page.goto(address);
    await analyst.heading("Your role does not allow this").waitFor();
    assert.equal(await page.getByRole("main").getByRole("textbox").count(), 0, address);
  }
  for (const address of ["/users", "/keys", "/webhooks", "/queues", "/ai", "/audit"]) {
    await page.goto(address);
    await analyst.heading("This page is for administrators").waitFor();
  }

  await page.goto("/segments/new");
  await analyst.heading("Try an audience").waitFor();
  await page.getByLabel("Describe the people in plain words").fill("people who have never ordered");
  await page.getByRole("button", { name: "Find rules" }).click();
  await page.getByRole("button", { name: "Use these rules" }).click();
  await page
    .getByRole("status")
    .filter({ hasText: /of [\d,]+ customers/ })
    .waitFor();
  assert.equal(await page.getByRole("button", { name: /^(Create|Save)/ }).count(), 0);
});
