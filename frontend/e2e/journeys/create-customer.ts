/** A new customer, refused once for a field, is in the list a moment later without a reload. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

await journey(async (stack) => {
  const email = stack.email("nadia");
  const marketer = await stack.signedIn("marketer", `/customers?search=${encodeURIComponent(email)}`);
  const { page } = marketer;
  await page.getByText(`Nobody matches “${email}”`).waitFor();
  await page.goto("/customers");
  await page.getByRole("link", { name: "New customer" }).click();
  await marketer.heading("New customer").waitFor();
  await page.getByLabel("Name").fill(`Nadia ${stack.mark}`);
  await page.getByLabel("Phone").fill("12");
  await page.getByLabel("E-mail", { exact: true }).first().fill("nadia");
  marketer.expect(/^422 of POST .*\/api\/customers$/);
  await page.getByRole("button", { name: "Create customer" }).click();
  const address = page.getByLabel("E-mail", { exact: true }).first();
  await page.locator("[aria-invalid=true]").first().waitFor();
  assert.equal(await address.getAttribute("aria-invalid"), "true");
  await address.fill(email);
  await page.getByLabel("Phone").fill("+91 98765 43210");
  // What it says is gone after some seconds, so it is waited for from before.
  await Promise.all([
    page.getByText(`Nadia ${stack.mark} will be in the list in a moment`).waitFor(),
    page.getByRole("button", { name: "Create customer" }).click(),
  ]);

  await marketer.heading("Customers").waitFor();
  await page.getByRole("link", { name: `Nadia ${stack.mark}` }).click();
  await marketer.heading(`Nadia ${stack.mark}`).waitFor();
  await page.getByText(email).first().waitFor();
});
