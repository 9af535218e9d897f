/** Two people change a customer at once: the later one is told, loses nothing, and saves on top of the other's state. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

type Customer = { id: string; city?: string; country?: string; phone?: string };

await journey(async (stack) => {
  await stack.customers(1, () => ({ city: "Pune", country: "India" }));
  const { items } = await stack.api<{ items: Customer[] }>(
    "GET",
    `/api/customers?search=${stack.email("person0")}`,
  );
  const { id } = items[0] as Customer;
  const marketer = await stack.signedIn("marketer", `/customers/${id}`);
  const { page } = marketer;
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("City").fill("Mumbai");
  await stack.api("PATCH", `/api/customers/${id}`, { city: "Nagpur", country: "Bharat" });

  marketer.expect(/^412 of PATCH/);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("This customer has changed since you opened the form").waitFor();
  assert.equal(await page.getByLabel("City").inputValue(), "Mumbai");
  await page.getByRole("button", { name: "Reload and keep my changes" }).click();
  await page.getByText(/You have both changed City: yours stands here\./i).waitFor();
  assert.equal(await page.getByLabel("City").inputValue(), "Mumbai");
  assert.equal(await page.getByLabel("Country").inputValue(), "Bharat");
  await page.getByRole("button", { name: "Save changes" }).click();
  await marketer.heading(`Person 0 ${stack.mark}`).waitFor();
  await page.getByText("Mumbai").first().waitFor();
  const saved = await stack.api<Customer>("GET", `/api/customers/${id}`);
  assert.deepEqual([saved.city, saved.country], ["Mumbai", "Bharat"]);
});
