/** Without a pointer: sign in, go to the segments, open one, edit its rules, and see the count follow. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { journey, until } from "../stack.ts";

/** More than any page has to be stepped through. */
const MOST = 80;

await journey(async (stack) => {
  const { mark } = stack;
  await stack.customers(3, (index) => ({ visits: index }));
  await stack.segment(`Keys ${stack.mark}`, 3);
  const marketer = await stack.visitor();
  const { page } = marketer;
  await page.goto("/segments");
  await page.getByLabel("E-mail", { exact: true }).waitFor();
  // The form has the focus already.
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("marketer@journeys.example");
  await page.keyboard.press("Enter");
  await marketer.heading("Segments").waitFor();

  await page.keyboard.press("Tab");
  await page.getByRole("link", { name: "Skip to content" }).waitFor();
  await focused(page, "Skip to content");
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("link", { name: `Keys ${mark}` }));
  await page.keyboard.press("Enter");
  await marketer.heading(`Keys ${mark}`).waitFor();
  await focused(page, `Keys ${mark}`);

  await tabTo(page, page.getByRole("link", { name: "Edit", exact: true }));
  await page.keyboard.press("Enter");
  await marketer.heading(`Edit Keys ${mark}`).waitFor();
  const preview = page.getByRole("status").filter({ hasText: /of [\d,]+ customers/ });
  await preview.filter({ hasText: /^3 of/ }).waitFor();
  await tabTo(page, page.getByRole("button", { name: "Condition", exact: true }));
  await page.keyboard.press("Enter");
  const field = page.getByRole("combobox", { name: "Field" }).last();
  await tabTo(page, field);
  await page.keyboard.type("Visits");
  await stepTo(page, field, "Visits");
  await tabTo(page, page.getByLabel("Visits: value"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("1");
  await preview.filter({ hasText: /^2 of/ }).waitFor();
  await tabTo(page, page.getByRole("button", { name: "Save changes" }));
  await page.keyboard.press("Enter");
  await marketer.heading(`Keys ${mark}`).waitFor();
  await page.getByText("2 members, all shown").waitFor();
});

/** Presses Tab until `target` has the focus, and looks that the focus is seen there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < MOST; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return assertSeen(target);
    await page.keyboard.press("Tab");
  }
  assert.fail(`${MOST} times Tab have not reached ${target}`);
}

/** Steps to an option of the list that has the focus: typed slowly, one word is taken for several. */
async function stepTo(page: Page, list: Locator, option: string): Promise<void> {
  for (let presses = 0; presses < MOST; presses++) {
    const ahead = await list.evaluate(
      (select: HTMLSelectElement, option) =>
        [...select.options].findIndex(({ text }) => text === option) - select.selectedIndex,
      option,
    );
    if (ahead === 0) return;
    await page.keyboard.press(ahead > 0 ? "ArrowDown" : "ArrowUp");
  }
  assert.fail(`${MOST} steps have not led to ${option}`);
}

async function assertSeen(target: Locator): Promise<void> {
  const isSeen = await target.evaluate((element) => {
    const styles = [getComputedStyle(element), getComputedStyle(element, "::after")];
    return styles.some(({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && outlineWidth !== "0px");
  });
  assert.ok(isSeen, `the focus is not seen on ${target}`);
}

/** Waits until what has this text has the focus. */
function focused(page: Page, text: string): Promise<void> {
  const found = () => page.evaluate(() => document.activeElement?.textContent);
  return until(`the focus on ${text}`, async () => (await found()) === text);
}
