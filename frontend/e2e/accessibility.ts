/** What axe finds on a page as it is drawn: contrast as a browser computes it, sizes, names. */
import axe from "axe-core";
import type { Page } from "playwright-core";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

/** The violations of WCAG 2.2 A and AA, a line for each kind; or only those of colours, where nothing else differs. */
export async function accessibilityFaults(page: Page, of: "all" | "colours" = "all"): Promise<string[]> {
  // Once for each document: it is large.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  // Frames hold messages as their readers get them, without scripts, so axe could not run there.
  const runOnly =
    of === "all"
      ? { type: "tag" as const, values: WCAG }
      : { type: "rule" as const, values: ["color-contrast"] };
  const options = { runOnly, iframes: false, resultTypes: ["violations" as const] };
  const { violations } = await page.evaluate(
    (given) => (window as unknown as { axe: typeof axe }).axe.run(document, given),
    options,
  );
  return violations.map(({ id, help, nodes }) => {
    const [first] = nodes;
    const checks = [...(first?.any ?? []), ...(first?.all ?? []), ...(first?.none ?? [])];
    const why = checks.map(({ message }) => message).join("; ");
    const others = nodes.length > 1 ? ` and ${nodes.length - 1} more` : "";
    return `${id} (${help}) at ${first?.target.join(" ")}${others}: ${why}`;
  });
}
