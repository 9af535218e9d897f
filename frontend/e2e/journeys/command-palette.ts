/** Without a pointer, by Ctrl-K: to a page, to something new, to a customer; Escape goes nowhere. */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

await journey(async (stack) => {
  const { mark } = stack;
  await stack.customers(2);
  const marketer = await stack.signedIn("marketer");
  const { page } = marketer;
  await marketer.heading("Dashboard").waitFor();
  const palette = page.getByRole("dialog", { name: "Search or go to" });
  const chosen = palette.getByRole("option", { selected: true });
  const open = async () => {
    await page.keyboard.press("Control+k");
    await palette.getByRole("combobox", { name: "Page, customer or command" }).waitFor();
  };

  await open();
  await page.keyboard.type("segm");
  await chosen.filter({ hasText: /^Segments$/ }).waitFor();
  await page.keyboard.press("Enter");
  await marketer.heading("Segments").waitFor();
  assert.equal(await palette.count(), 0);

  // Among the pages of administration there are none that a marketer may not open.
  await open();
  await page.keyboard.type("users");
  await palette.getByText("Nothing goes by that.").waitFor();
  await page.keyboard.press("Escape");
  await palette.waitFor({ state: "detached" });
  assert.equal(marketer.path(), "/segments");

  await open();
  await page.keyboard.type("new");
  await chosen.filter({ hasText: "New customer" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await chosen.filter({ hasText: "New order" }).waitFor();
  await page.keyboard.press("Enter");
  await marketer.heading("New order").waitFor();

  await open();
  await page.keyboard.type(stack.email("person1"));
  await chosen.filter({ hasText: `Person 1 ${mark}` }).waitFor();
  await page.keyboard.press("Enter");
  await marketer.heading(`Person 1 ${mark}`).waitFor();

  await open();
  await page.keyboard.type(mark);
  // Those of the word before are shown until these are there, and cannot be chosen.
  await palette.getByRole("option", { name: `All customers like “${mark}”`, disabled: false }).waitFor();
  await page.keyboard.press("ArrowUp");
  await chosen.filter({ hasText: "All customers like" }).waitFor();
  await page.keyboard.press("Enter");
  await marketer.heading("Customers").waitFor();
  await marketer.row(`Person 0 ${mark}`).waitFor();
  await marketer.row(`Person 1 ${mark}`).waitFor();
});
