/** A list of thousands: narrowed down by a segment and by rules, with other columns, tags of many with an undo, and a file. */
import assert from "node:assert/strict";
import { journey, OF_MANY, until } from "../stack.ts";

const PEOPLE = 2_100;
const CITIES = ["Pune", "Delhi", "Kochi"];
const IN_PUNE = PEOPLE / CITIES.length;

await journey(async (stack) => {
  const { mark } = stack;
  const tag = `gold-${mark}`;
  await stack.customers(PEOPLE, (index) => ({ city: CITIES[index % CITIES.length] }));
  await stack.segment(`Everybody ${mark}`, PEOPLE);
  const marketer = await stack.signedIn("marketer", "/customers");
  const { page } = marketer;
  await marketer.heading("Customers").waitFor();

  // A segment, whose members come page by page as one scrolls; only those on the screen are in the page.
  await page.getByRole("combobox", { name: "Segment" }).selectOption({ label: `Everybody ${mark}` });
  await page.getByText("The first 100 of 2,100 customers").waitFor();
  const table = page.getByRole("table", { name: "Customers" });
  assert.equal(await table.getAttribute("aria-rowcount"), String(PEOPLE + 1));
  const all = page.getByText("2,100 customers, all shown");
  await until(
    "the last of them",
    async () => {
      await page.keyboard.press("End");
      assert.ok((await page.getByRole("row").count()) < 100, "all rows are in the page");
      return (await all.count()) === 1;
    },
    { patience: OF_MANY.patience },
  );
  await until(
    "the end of the list",
    async () => {
      // The end itself moves away while the last rows are being put there.
      await page.keyboard.press("End");
      return await page.locator(`tr[aria-rowindex="${PEOPLE + 1}"]`).isVisible();
    },
    { patience: OF_MANY.patience },
  );

  // Rules, built here; the address has them, so that a reload and the way back keep them.
  await page.keyboard.press("Home");
  await page.getByRole("button", { name: "Filter by rules" }).click();
  const builder = page.getByRole("dialog", { name: "Filter by rules" });
  await builder.getByRole("button", { name: "Use a custom attribute" }).click();
  await builder.getByLabel("Attribute name").fill("mark");
  await builder.getByRole("button", { name: "Add as a condition" }).click();
  await builder.getByLabel("mark: value").fill(mark);
  await builder.getByRole("button", { name: "Condition", exact: true }).click();
  await builder.getByRole("combobox", { name: "Field" }).last().selectOption({ label: "City" });
  await builder.getByLabel("City: value").fill("Pune");
  await builder
    .getByRole("status")
    .filter({ hasText: new RegExp(`^${IN_PUNE} of`) })
    .waitFor();
  await builder.getByRole("button", { name: "Apply the rules" }).click();
  const first = page.getByText(`The first 100 of ${IN_PUNE} customers`);
  await first.waitFor();
  await page.reload();
  await first.waitFor();
  await page.goBack();
  await page.getByText(/of 2,100 customers$|2,100 customers, all shown/).waitFor();
  await page.goForward();
  await first.waitFor();

  // Other columns, which this browser remembers.
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Visits" }).check();
  await page.getByRole("checkbox", { name: "Customer since" }).uncheck();
  await page.getByRole("button", { name: "Done" }).click();
  await page.reload();
  await page.getByRole("columnheader", { name: "Visits" }).waitFor();
  assert.equal(await page.getByRole("columnheader", { name: "Customer since" }).count(), 0);

  // Tags of two who are selected: the row tells it by itself, and an undo takes it back.
  const rows = page.getByRole("row").filter({ hasText: mark });
  await rows.first().waitFor();
  const chosen = [rows.nth(0), rows.nth(1)];
  for (const row of chosen) await row.getByRole("checkbox").check();
  await page.getByText("2 customers selected").waitFor();
  await page.getByRole("button", { name: "Change tags" }).click();
  const tags = page.getByRole("dialog", { name: "Tags of 2 customers" });
  await tags.getByLabel("Add tags").fill(tag);
  await tags.getByRole("button", { name: "Change tags" }).click();
  // A message under the mouse stays.
  await page.getByRole("button", { name: "Undo" }).hover();
  await page.getByText("2 customers will be changed in a moment").waitFor();
  for (const row of chosen) await row.getByText(tag).waitFor();
  await Promise.all([
    page.getByText("The tags will be as they were in a moment").waitFor(),
    page.getByRole("button", { name: "Undo" }).click(),
  ]);
  for (const row of chosen) await row.getByText(tag).waitFor({ state: "detached" });

  // Tags of all who match, also of those who are not loaded.
  await page.getByRole("checkbox", { name: "Select all shown" }).check();
  await page.getByRole("button", { name: `Select all ${IN_PUNE} who match` }).click();
  await page.getByRole("button", { name: "Change tags" }).click();
  const everybody = page.getByRole("dialog", { name: `Tags of ${IN_PUNE} customers` });
  await everybody.getByLabel("Add tags").fill(tag);
  await Promise.all([
    page.getByText("All who match will be changed in a moment").waitFor(),
    everybody.getByRole("button", { name: "Change tags" }).click(),
  ]);
  const tagged = { combinator: "and", rules: [{ field: "tags", operator: "contains", value: tag }] };
  await until(
    "their tags",
    async () => {
      const found = await stack.api<{ count: number }>("POST", "/api/segments/preview", { rules: tagged });
      assert.ok(found.count <= IN_PUNE);
      return found.count === IN_PUNE;
    },
    OF_MANY,
  );
  // An open page looks again for a few seconds only.
  await page.reload();
  await rows.first().getByText(tag).waitFor();

  // The file of them.
  await page.getByRole("button", { name: "Export CSV" }).click();
  await page.getByText(`The file is ready: ${IN_PUNE} customers`).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download CSV" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^Customers .*\.csv$/);
});
