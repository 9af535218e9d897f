/** An order of two lines, refused once, comes into the list by itself, is looked at, and is fulfilled. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

await journey(async (stack) => {
  const { mark } = stack;
  await stack.customers(1);
  const email = stack.email("person0");
  const marketer = await stack.signedIn("marketer", "/orders");
  const { page } = marketer;
  await page.getByRole("link", { name: "New order" }).click();
  await marketer.heading("New order").waitFor();

  await page.getByRole("button", { name: "Place order" }).click();
  await page.getByText("Write the address first.").waitFor();
  await page.getByLabel("Customer e-mail").fill(email);
  await page.getByLabel("Order number").fill(`DESK-${mark}`);
  const item = (number: number) => page.getByRole("group", { name: `Item ${number}` });
  const total = page.getByRole("status", { name: "Total" });
  await item(1).getByLabel("SKU").fill("TEA-1");
  await item(1).getByLabel("Name").fill("Assam tea");
  await item(1).getByLabel("Quantity").fill("3");
  await item(1).getByLabel("Unit price").fill("349.50");
  await total.filter({ hasText: "1,048.50" }).waitFor();
  await page.getByRole("button", { name: "Add an item" }).click();
  // The focus is where the next thing is typed.
  await page.keyboard.type("POT-1");
  assert.equal(await item(2).getByLabel("SKU").inputValue(), "POT-1");
  await item(2).getByLabel("Name").fill("Tea pot");
  await item(2).getByLabel("Unit price").fill("1299");
  await total.filter({ hasText: "2,347.50" }).waitFor();
  // What it says is gone after some seconds, so it is waited for from before.
  await Promise.all([
    page.getByText(`The order of ${email} will be in the list in a moment`).waitFor(),
    page.getByRole("button", { name: "Place order" }).click(),
  ]);

  await marketer.heading("Orders").waitFor();
  const row = marketer.row(`DESK-${mark}`);
  await row.filter({ hasText: "2,347.50" }).filter({ hasText: "Assam tea × 3 and 1 more" }).waitFor();
  await row.getByRole("link", { name: email }).click();

  await marketer.heading(`Order DESK-${mark}`).waitFor();
  await marketer.row("Assam tea").filter({ hasText: "1,048.50" }).waitFor();
  await marketer.row("Tea pot").filter({ hasText: "1,299" }).waitFor();
  await page.getByRole("button", { name: "Fulfil" }).click();
  const dialog = page.getByRole("dialog", { name: "Mark this order as fulfilled?" });
  await dialog.getByRole("button", { name: "Fulfil" }).click();
  await page.getByText("The order is fulfilled now").waitFor();
  await page.getByRole("button", { name: "Back to placed" }).waitFor();

  await page.getByRole("link", { name: `Person 0 ${mark}` }).click();
  await marketer.heading(`Person 0 ${mark}`).waitFor();
  await page.getByText("2,347.50").first().waitFor();
});
