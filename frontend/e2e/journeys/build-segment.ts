/**
 * A segment with a group inside: the count follows the rules, what was typed outlives a reload, who was counted are its
 * members, and the size of the day says so.
 */
import assert from "node:assert/strict";
import { journey, until } from "../stack.ts";

const CITIES = ["Pune", "Delhi", "Kochi"];

await journey(async (stack) => {
  const { mark } = stack;
  await stack.customers(9, (index) => ({ city: CITIES[index % 3] }));
  const marketer = await stack.signedIn("marketer", "/segments");
  const { page } = marketer;
  await page.getByRole("link", { name: "New segment" }).first().click();
  await marketer.heading("New segment").waitFor();

  await page.getByRole("button", { name: "Create segment" }).click();
  await page.getByText("Give the segment a name.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill(`Two cities ${mark}`);

  // Of this journey alone, and there in Pune or Delhi.
  await page.getByRole("button", { name: "Use a custom attribute" }).click();
  await page.getByLabel("Attribute name").fill("mark");
  await page.getByRole("button", { name: "Add as a condition" }).click();
  await page.getByLabel("mark: value").fill(mark);
  await page.getByRole("button", { name: "Remove this condition" }).first().click();
  const preview = page.getByRole("status").filter({ hasText: /of [\d,]+ customers/ });
  await preview.filter({ hasText: /^9 of/ }).waitFor();

  await page.getByRole("button", { name: "Group", exact: true }).click();
  await page.getByRole("combobox", { name: "People match" }).last().selectOption({ label: "any of these" });
  await page.getByRole("combobox", { name: "Field" }).last().selectOption({ label: "City" });
  await page.getByLabel("City: value").last().fill("Pune");
  await preview.filter({ hasText: /^3 of/ }).waitFor();
  await page.getByRole("button", { name: "Condition", exact: true }).last().click();
  await page.getByRole("combobox", { name: "Field" }).last().selectOption({ label: "City" });
  await page.getByLabel("City: value").last().fill("Delhi");
  await preview.filter({ hasText: /^6 of/ }).waitFor();
  const sample = page.getByRole("list", { name: "Some of them" });
  assert.equal(await sample.getByText(new RegExp(`^Person \\d ${mark}$`)).count(), 6);

  const restored = page.getByText("What you typed here earlier and have not saved is in the form.");
  await page.reload();
  await restored.waitFor();
  await preview.filter({ hasText: /^6 of/ }).waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), `Two cities ${mark}`);
  await page.goto("/customers");
  await page.goBack();
  await restored.waitFor();
  assert.equal(await page.getByLabel("City: value").last().inputValue(), "Delhi");

  await page.getByRole("button", { name: "Create segment" }).click();
  await marketer.heading(`Two cities ${mark}`).waitFor();
  await page.getByText("6 members, all shown").waitFor();
  for (const index of [0, 1, 3, 4, 6, 7]) await marketer.row(`Person ${index} ${mark}`).waitFor();
  assert.equal(await marketer.row(`Person 2 ${mark}`).count(), 0);

  // They all came with the rules, and somebody more by their own move.
  await page.getByText(/^6 today, /).waitFor();
  await stack.api("POST", "/api/customers", { email: stack.email("person2"), city: "Delhi" });
  const segment = new URL(page.url()).pathname;
  await until(
    "who moved",
    async () => (await stack.api<{ count: number }>("GET", `/api${segment}`)).count === 7,
  );
  await page.reload();
  await page.getByText(/^7 today, /).waitFor();
  await page.getByText("Table", { exact: true }).click();
  // The newest day first; once midnight has passed there is one before.
  const cells = page.getByRole("region", { name: "Figures" }).getByRole("cell");
  await cells.first().waitFor();
  const figures = await cells.allInnerTexts();
  const sum = (column: number) =>
    figures.filter((_, index) => index % 4 === column).reduce((total, figure) => total + Number(figure), 0);
  const [came, left, byRules] = [sum(1), sum(2), sum(3)];
  // Whose own writing the stream brought only after the segment was made has come by data, not by rules.
  assert.deepEqual([figures[0], left, came + byRules], ["7", 0, 7]);

  await page.goto("/segments/new");
  await marketer.heading("New segment").waitFor();
  assert.equal(await restored.count(), 0);
});
