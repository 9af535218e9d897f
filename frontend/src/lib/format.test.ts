import { describe, expect, it } from "vitest";
import {
  formatMoney,
  formatNumber,
  formatRelative,
  formatShare,
  formatUtcDay,
  formatUtcTick,
} from "./format";

describe("formatMoney", () => {
  it("groups in lakh and crore and shows all decimals of the currency", () => {
    expect(formatMoney(25_003_156.3, "INR")).toBe("₹2,50,03,156.30");
    expect(formatMoney(0, "INR")).toBe("₹0.00");
    expect(formatMoney(-12.5, "INR")).toBe("-₹12.50");
  });

  it("takes the decimals from the currency", () => {
    expect(formatMoney(1200, "JPY")).toBe("JP¥1,200");
    expect(formatMoney(1.234, "KWD").replace(/\s/g, " ")).toBe("KWD 1.234");
  });

  it("shows a dash for what is not known", () => {
    expect(formatMoney(null, "INR")).toBe("–");
    expect(formatMoney(undefined, "INR")).toBe("–");
  });

  it("leaves out decimals that say nothing where room is scarce, and only those", () => {
    expect(formatMoney(40_000, "INR", "short")).toBe("₹40,000");
    expect(formatMoney(40_000.5, "INR", "short")).toBe("₹40,000.50");
    expect(formatMoney(1.234, "KWD", "short").replace(/\s/g, " ")).toBe("KWD 1.234");
  });

  it("is short on axes", () => {
    expect(formatMoney(250_000, "INR", "compact")).toBe("₹2.5L");
  });
});

describe("other formats", () => {
  it("keeps a day of the server the same day in every time zone", () => {
    expect(formatUtcDay("1997-01-01")).toBe("1 Jan 1997");
  });

  it("has three letters for every month", () => {
    expect(formatUtcDay("2026-09-01")).toBe("1 Sep 2026");
    expect(formatUtcTick("2026-09-01")).toBe("1 Sep");
    expect(formatUtcTick("2026-10-01")).toBe("1 Oct");
  });

  it("says how long ago in the coarsest fitting unit", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(formatRelative("2026-11-22T11:59:50Z", now)).toBe("just now");
    expect(formatRelative("2026-11-22T09:00:00Z", now)).toBe("3 hours ago");
    expect(formatRelative("2026-11-21T12:00:00Z", now)).toBe("yesterday");
    expect(formatRelative(undefined, now)).toBe("–");
    expect(formatRelative("nonsense", now)).toBe("–");
  });

  it("counts and shares", () => {
    expect(formatNumber(1234567)).toBe("12,34,567");
    expect(formatShare(1, 8)).toBe("12.5%");
    expect(formatShare(1, 0)).toBe("–");
  });
});
