/**
 * Every route of the app, on a desktop in both themes and on a phone: axe finds nothing, nothing scrolls sideways, no dialog
 * is cut off, no text is missing, nothing fails. Pictures of all of it go to .local/screenshots.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { accessibilityFaults } from "../accessibility.ts";
import { messageNames, untold } from "../messages.ts";
import { routes } from "../routes.ts";
import { DESKTOP, journey, PHONE } from "../stack.ts";
import { furnish, settled, VISITS, type Visit } from "../visits.ts";

const PICTURES = new URL("../../../.local/screenshots/", import.meta.url).pathname;

const LOOKS = [
  { name: "desktop", viewport: DESKTOP, colorScheme: "light" },
  { name: "dark", viewport: DESKTOP, colorScheme: "dark" },
  { name: "phone", viewport: PHONE, colorScheme: "light" },
] as const;

const NAMES = await messageNames();

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

  const owner = await stack.visitor();
  const { page } = owner;
  const faults: string[] = [];
  await page.goto("/");
  await owner.heading("Welcome to Mini CRM").waitFor();
  faults.push(...(await look(page, { name: "sign-in", address: "/sign-in" })));
  await owner.signIn("owner");
  const visits = all.flatMap((route) => VISITS[route]?.(things) ?? []);
  for (const visit of visits) {
    await page.goto(visit.address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await settled(page);
    await visit.prepare?.(page);
    faults.push(...(await look(page, visit)));
  }
  assert.deepEqual(faults, []);
  const looks = LOOKS.map(({ name }) => name).join(", ");
  console.log(`axe: 0 violations in ${visits.length + 1} views of ${all.length + 1} routes (each: ${looks})`);
});

/** One page in all looks; what is wrong with it. */
async function look(page: Page, { name }: Visit): Promise<string[]> {
  const faults = (await untold(page, NAMES)).map((untold) => `${name}: ${untold}`);
  for (const { name: as, viewport, colorScheme } of LOOKS) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await settled(page);
    await page.screenshot({ path: `${PICTURES}${name}-${as}.png` });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > viewport.width) faults.push(`${name}, ${as}: ${width} pixels wide`);
    const hidden = await page.evaluate(() => {
      const dialog = document.querySelector("dialog[open]");
      return dialog ? dialog.scrollWidth - dialog.clientWidth : 0;
    });
    if (hidden > 0) faults.push(`${name}, ${as}: ${hidden} pixels of the dialog are out of sight`);
    faults.push(...(await accessibilityFaults(page)).map((fault) => `${name}, ${as}: ${fault}`));
  }
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: "light" });
  return faults;
}
