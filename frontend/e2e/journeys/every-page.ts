/**
 * Every route of the app, on a desktop in both themes and on a phone: axe finds nothing, nothing scrolls sideways, nothing
 * is cut off, no text is missing, nothing fails. Other widths are looked at for what is cut off alone. Pictures go to
 * .local/screenshots.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { accessibilityFaults } from "../accessibility.ts";
import { messageNames, untold } from "../messages.ts";
import { routes } from "../routes.ts";
import { DESKTOP, journey, PHONE, type Visitor } from "../stack.ts";
import { furnish, settled, VISITS, type Visit } from "../visits.ts";

const PICTURES = new URL("../../../.local/screenshots/", import.meta.url).pathname;

const LOOKS = [
  { name: "desktop", viewport: DESKTOP, colorScheme: "light" },
  { name: "dark", viewport: DESKTOP, colorScheme: "dark" },
  { name: "phone", viewport: PHONE, colorScheme: "light" },
] as const;

/** Of tablets and small windows. */
const WIDTHS = [1100, 1024, 900, 768];
/** How often it is looked whether something still does not fit: columns follow the width within some frames. */
const LOOKS_AT_WIDTH = 20;
const NAMES = await messageNames();
/** So many pages are open at once: most of the time one waits for a browser that waits for a server. */
const WALKERS = 2;

await journey(async (stack) => {
  const all = routes().filter((route) => route !== "/sign-in");
  assert.ok(all.length > 15, `only ${all.length} routes were found`);
  assert.deepEqual(
    all.filter((route) => !(route in VISITS)),
    [],
    "these routes need a visit in e2e/visits.ts",
  );
  assert.deepEqual(
    Object.keys(VISITS).filter((route) => !all.includes(route)),
    [],
    "these visits are to routes that are no more",
  );
  const things = await furnish(stack);
  mkdirSync(PICTURES, { recursive: true });

  const faults: string[] = [];
  // By route, since two who look at the same dead letters at once get a part of them each.
  const left = all.map((route) => VISITS[route]?.(things) ?? []);
  const views = left.flat().length + 1;
  await Promise.all(
    Array.from({ length: WALKERS }, async (_, walker) => {
      const owner = await stack.visitor();
      const { page } = owner;
      await page.goto("/");
      await owner.heading("Welcome to Mini CRM").waitFor();
      if (walker === 0) faults.push(...(await look(page, { name: "sign-in", address: "/sign-in" })));
      await owner.signIn("owner");
      for (let visits = left.shift(); visits; visits = left.shift()) {
        for (const visit of visits) {
          try {
            await arrive(owner, visit);
            faults.push(...(await look(page, visit)));
          } catch (error) {
            // The others are still worth a look.
            faults.push(`${visit.name}: ${error}`);
          }
          await page.unrouteAll();
        }
      }
    }),
  );
  assert.deepEqual(faults, []);
  const looks = LOOKS.map(({ name }) => name).join(", ");
  console.log(`axe: 0 violations in ${views} views of ${all.length + 1} routes (each: ${looks})`);
});

/** Goes to a page, and does there what is to be done before it is looked at. */
async function arrive(owner: Visitor, { address, answers = {}, prepare }: Visit): Promise<void> {
  const { page } = owner;
  for (const [path, { status, body }] of Object.entries(answers)) {
    if (status >= 400) owner.expect(new RegExp(`^${status} of GET .*${path}`));
    await page.route(
      (url) => url.pathname === path,
      (route) => route.fulfill({ status, json: body }),
    );
  }
  await page.goto(address);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await settled(page);
  await prepare?.(page);
}

/** One page in all looks; what is wrong with it. */
async function look(page: Page, { name }: Visit): Promise<string[]> {
  const faults = (await untold(page, NAMES)).map((untold) => `${name}: ${untold}`);
  for (const { name: as, viewport, colorScheme } of LOOKS) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await settled(page);
    await page.screenshot({ path: `${PICTURES}${name}-${as}.png` });
    faults.push(...(await cutOff(page, as === "phone" ? 0 : 1)).map((fault) => `${name}, ${as}: ${fault}`));
    const found = await accessibilityFaults(page, as === "dark" ? "colours" : "all");
    faults.push(...found.map((fault) => `${name}, ${as}: ${fault}`));
  }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: DESKTOP.height });
    faults.push(...(await cutOff(page, 0)).map((fault) => `${name}, ${width} pixels: ${fault}`));
  }
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: "light" });
  return faults;
}

/** What does not fit, and stays so. */
async function cutOff(page: Page, tablesFit: 0 | 1): Promise<string[]> {
  let faults = await cutOffNow(page, tablesFit);
  for (let looks = 1; faults.length > 0 && looks < LOOKS_AT_WIDTH; looks++) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
    faults = await cutOffNow(page, tablesFit);
  }
  return faults;
}

/** What does not fit in the window, or in what holds it; a table that is scrolled in its card counts where it should fit. */
function cutOffNow(page: Page, tablesFit: 0 | 1): Promise<string[]> {
  return page.evaluate((tablesFit) => {
    const faults: string[] = [];
    const width = document.documentElement.scrollWidth;
    if (width > window.innerWidth) faults.push(`the page is ${width} pixels wide`);
    for (const element of document.querySelectorAll("main section, dialog[open], main td, main dl")) {
      const over = element.scrollWidth - element.clientWidth;
      if (over > 1 && ["hidden", "clip"].includes(getComputedStyle(element).overflowX)) {
        faults.push(`${over} pixels of "${element.textContent?.slice(0, 40)}" are out of sight`);
      }
    }
    if (tablesFit) {
      for (const table of document.querySelectorAll<HTMLTableElement>("main table")) {
        const over = (table.parentElement?.scrollWidth ?? 0) - (table.parentElement?.clientWidth ?? 0);
        if (over > 1) faults.push(`the table "${table.caption?.textContent}" is ${over} pixels too wide`);
      }
    }
    return faults;
  }, tablesFit);
}
