/**
 * How fluid the list of customers is with 100,000 rows: the times between frames while one scrolls through it, printed and
 * not judged. The API is answered from memory, by larger pages than it gives, since it is the page that is looked at.
 */
import assert from "node:assert/strict";
import { journey } from "../stack.ts";

const ROWS = 100_000;
const PAGE = 5_000;

await journey(async (stack) => {
  const owner = await stack.signedIn("owner", "/settings");
  const { page } = owner;
  await owner.heading("Settings").waitFor();
  await page.route(/\/api\/customers\?/, (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get("cursor") ?? 0);
    const next = from + PAGE;
    return route.fulfill({
      json: {
        items: Array.from({ length: PAGE }, (_, index) => customer(from + index)),
        nextCursor: next < ROWS ? String(next) : null,
      },
    });
  });
  await owner.navigation().getByRole("link", { name: "Customers" }).click();
  await owner.heading("Customers").waitFor();
  const all = page.getByText("1,00,000 customers, all shown");
  while ((await all.count()) === 0) {
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await page.waitForTimeout(50);
  }
  for (const [name, pixels] of [
    ["standing still", 0],
    ["reading on", 120],
    ["wheel", 600],
    ["the whole list in ten seconds", 10_700],
  ] as const) {
    const { times, rows } = await scroll(page, pixels);
    assert.ok(rows < 100, `${rows} rows are in the page`);
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(1);
    process.stdout.write(
      `${name}, ${pixels} px a frame: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, worst ${at(1)} ms of ${times.length} frames, at most ${rows} rows\n`,
    );
  }
});

/** Scrolls down from the top, a step for each frame; the milliseconds between frames, and the most rows that there were. */
function scroll(page: import("playwright-core").Page, pixels: number) {
  return page.evaluate(async (step) => {
    const frame = () => new Promise<number>(requestAnimationFrame);
    window.scrollTo(0, 0);
    for (let settle = 0; settle < 30; settle++) await frame();
    const times: number[] = [];
    let rows = 0;
    let before = await frame();
    for (let count = 0; count < 600; count++) {
      window.scrollBy(0, step);
      const now = await frame();
      times.push(now - before);
      before = now;
      rows = Math.max(rows, document.querySelectorAll("tbody tr").length);
    }
    return { times, rows };
  }, pixels);
}

function customer(index: number) {
  return {
    id: `c${index}`,
    email: `person${index}@scale.example`,
    otherEmails: [],
    name: `Person ${index}`,
    city: "Pune",
    tags: index % 3 === 0 ? ["vip", "newsletter"] : [],
    attributes: {},
    visits: index % 50,
    totalSpend: index * 10,
    orderCount: index % 9,
    createdAt: "2026-01-05T00:00:00Z",
    updatedAt: "2026-01-05T00:00:00Z",
    lastActiveAt: "2026-11-05T00:00:00Z",
    emailConsent: true,
    smsConsent: false,
    whatsappConsent: false,
  };
}
