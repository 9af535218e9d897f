/** At 390 pixels: every place is reached by the bar below, what has no room there by the account, nothing moves sideways. */
import assert from "node:assert/strict";
import { journey, PHONE } from "../stack.ts";

await journey(async (stack) => {
  await stack.customers(1);
  const owner = await stack.signedIn("owner", "/", { viewport: PHONE, hasTouch: true, isMobile: true });
  const { page } = owner;
  await owner.heading("Dashboard").waitFor();
  const places: [string, string][] = [
    ["Customers", "Customers"],
    ["Orders", "Orders"],
    ["Segments", "Segments"],
    ["Campaigns", "Campaigns"],
    ["Imports", "Imports"],
    ["Home", "Dashboard"],
  ];
  for (const [label, title] of places) {
    await owner.navigation().getByRole("link", { name: label }).tap();
    await owner.heading(title).waitFor();
    const { scroll, width } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: window.innerWidth,
    }));
    assert.ok(scroll <= width, `${title} is ${scroll} pixels wide`);
  }
  await page.getByRole("button", { name: /^Account/ }).tap();
  await page.getByRole("link", { name: "Suppressions" }).tap();
  await owner.heading("Suppressions").waitFor();

  await page.goto(`/customers?search=${encodeURIComponent(stack.email("person0"))}`);
  await page.getByRole("link", { name: `Person 0 ${stack.mark}` }).tap();
  await owner.heading(`Person 0 ${stack.mark}`).waitFor();
});
