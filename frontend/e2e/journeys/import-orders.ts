/**
 * A thousand orders come in from a file, one of whose columns is called like nothing known: progress, counts, three
 * rejected rows with their reasons, and the customers.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { journey } from "../stack.ts";

const ORDERS = 1_000;
const PEOPLE = 100;

await journey(async (stack) => {
  const { mark } = stack;
  const rows = Array.from({ length: ORDERS }, (_, index) => {
    const person = stack.email(`asha${index % PEOPLE}`);
    return `${person},CSV-${mark}-${index},${500 + index},2026-10-${String(1 + (index % 28)).padStart(2, "0")},shop`;
  });
  const wrong = [
    `nobody,CSV-${mark}-x,100,2026-10-01,shop`,
    `${stack.email("asha1")},CSV-${mark}-y,much,2026-10-01,shop`,
    `${stack.email("asha2")},CSV-${mark}-z,100,some day,shop`,
  ];
  const csv = ["Buyer,orderId,total,placedAt,till", ...rows, ...wrong].join("\n");

  const marketer = await stack.signedIn("marketer", "/imports");
  const { page } = marketer;
  await marketer.heading("Imports").waitFor();
  await page.getByRole("radio", { name: /^Orders/ }).check();
  await page.getByRole("button", { name: "Upload and import" }).click();
  await page.getByText("Choose a file first.").waitFor();
  await page.locator("input[type=file]").setInputFiles({
    name: `orders-${mark}.csv`,
    mimeType: "text/csv",
    buffer: Buffer.from(csv),
  });
  const column = (name: string) => page.getByRole("combobox", { name: `${name} becomes` });
  await page.getByText("Say which column is E-mail.").waitFor();
  assert.equal(await column("total").inputValue(), "total");
  assert.equal(await column("till").inputValue(), "");
  await column("Buyer").selectOption({ label: "E-mail" });
  await page.getByText("Say which column is E-mail.").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Upload and import" }).click();

  await marketer.heading("Import of orders").waitFor();
  await page.getByRole("progressbar", { name: "Read" }).waitFor();
  await page.getByText("Done. Some rows were rejected; the file says which and why.").waitFor();
  const figure = (label: string) =>
    page.locator("dl > div").filter({ hasText: label }).locator("dd").first().textContent();
  assert.deepEqual(
    [await figure("Rows"), await figure("Accepted"), await figure("Rejected")],
    ["1,003", "1,000", "3"],
  );
  assert.ok(await page.getByText("Columns not used: till").isVisible());

  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download rejected rows" }).click();
  const rejected = await readFile(await (await downloading).path(), "utf8");
  for (const row of wrong) assert.ok(rejected.includes(row.split(",")[1] as string), rejected);
  assert.equal(rejected.trim().split("\n").length, 1 + wrong.length);

  await page.getByRole("link", { name: "See the orders" }).click();
  await marketer.heading("Orders").waitFor();
  await page.goto(`/customers?search=${encodeURIComponent(stack.email("asha7"))}`);
  // 10 orders: 500 + 7, 500 + 107, ... 500 + 907.
  const row = marketer.row(stack.email("asha7"));
  await row.filter({ hasText: "9,570" }).waitFor();
});
