/**
 * Somebody whose browser prefers Hindi signs in and reads the app in Hindi, with numbers and dates as Hindi writes them; they
 * change to English and back. On no page does the name of a message stand where its text should.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { accessibilityFaults } from "../accessibility.ts";
import { messageNames, untold } from "../messages.ts";
import { routes } from "../routes.ts";
import { journey, PHONE, until } from "../stack.ts";
import { furnish, settled, VISITS } from "../visits.ts";

const language = (page: Page) => page.evaluate(() => document.documentElement.lang);
const DEVANAGARI = /\p{Script=Devanagari}/u;

await journey(async (stack) => {
  const names = await messageNames();
  assert.ok(names.length > 300, `only ${names.length} messages`);
  const things = await furnish(stack);

  const reader = await stack.visitor({ locale: "hi-IN" });
  const { page } = reader;
  await page.goto("/");
  const own = page.getByRole("button", { name: "हिन्दी" });
  await own.waitFor();
  assert.equal(await own.getAttribute("aria-pressed"), "true");
  assert.equal(await language(page), "hi");
  assert.deepEqual(await accessibilityFaults(page), []);
  await reader.signInAs("admin");

  const main = page.getByRole("navigation", { name: "मुख्य" }).filter({ visible: true });
  for (const place of ["डैशबोर्ड", "ग्राहक", "ऑर्डर", "सेगमेंट", "कैंपेन"]) {
    await main.getByRole("link", { name: place }).waitFor();
  }
  await settled(page);
  await until("the revenue as Hindi writes it", async () => {
    const { revenue, currency } = await stack.api<{ revenue: number; currency: string }>("GET", "/api/stats");
    const style = { style: "currency", currency, trailingZeroDisplay: "stripIfInteger" } as const;
    const written = new Intl.NumberFormat("hi-IN", style).format(revenue);
    return (await page.locator("main").textContent())?.includes(written) ?? false;
  });
  const ticks = await page.locator("main svg[role=img] text").allTextContents();
  assert.ok(
    ticks.some((tick) => DEVANAGARI.test(tick)),
    `no month in Hindi: ${ticks}`,
  );
  assert.deepEqual(await accessibilityFaults(page), []);

  const found: string[] = [];
  const addresses = new Set(
    routes().flatMap((route) => VISITS[route]?.(things).map((visit) => visit.address) ?? []),
  );
  assert.ok(addresses.size > 25, `only ${addresses.size} addresses`);
  for (const address of addresses) {
    await page.goto(address);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await settled(page);
    assert.equal(await language(page), "hi");
    found.push(...(await untold(page, names)).map((name) => `${address}: ${name}`));
  }
  assert.deepEqual(found, []);

  await page.goto("/customers");
  await page.getByRole("button", { name: /^खाता/ }).click();
  await page.getByRole("button", { name: "English" }).click();
  await reader.navigation().getByRole("link", { name: "Orders" }).click();
  await reader.heading("Orders").waitFor();
  assert.equal(await language(page), "en");
  await page.reload();
  await reader.heading("Orders").waitFor();

  await page.setViewportSize(PHONE);
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "हिन्दी" }).click();
  await main.getByRole("link", { name: "ऑर्डर" }).waitFor();
  assert.equal(await language(page), "hi");
  // Five of the bar's six have longer names than in English; each has to fit its sixth of a phone.
  const cut = await main
    .getByRole("link")
    .evaluateAll((links) =>
      links.filter((link) => link.scrollWidth > link.clientWidth).map((link) => link.textContent),
    );
  assert.deepEqual(cut, []);
  assert.deepEqual(await accessibilityFaults(page), []);
  console.log(`${names.length} messages, none untold at ${addresses.size} addresses`);
});
