import { describe, expect, it } from "vitest";
import { decimalText, formatMinor, readAmount, wireAmount } from "./money";

const minor = (typed: string, currency = "INR") => {
  const read = readAmount(typed, currency);
  return "minor" in read ? read.minor : read.fault;
};

describe("readAmount", () => {
  it("counts minor units, whatever the decimals of the currency", () => {
    expect(minor("1499")).toBe(149_900n);
    expect(minor(" 0.1 ")).toBe(10n);
    expect(minor("19.99")).toBe(1_999n);
    expect(minor("0")).toBe(0n);
    expect(minor("1200", "JPY")).toBe(1_200n);
    expect(minor("1.234", "KWD")).toBe(1_234n);
  });

  it("takes commas that group, in thousands or in lakh, and no others", () => {
    expect(minor("1,499.50")).toBe(149_950n);
    expect(minor("2,50,03,156.30")).toBe(2_500_315_630n);
    expect(minor("12,50")).toMatch(/^Write an amount/);
    expect(minor(",500")).toMatch(/^Write an amount/);
  });

  it("says why something is no amount", () => {
    for (const typed of ["", "-1", "1e3", "₹5", "1.", "one"])
      expect(minor(typed)).toMatch(/^Write an amount/);
    expect(minor("1.999")).toBe("At most 2 decimals.");
    expect(minor("1.5", "JPY")).toBe("This currency has no decimals.");
    expect(minor("1000000000000")).toBe(100_000_000_000_000n);
    expect(minor("1000000000000.01")).toBe("At most 1,000,000,000,000.");
  });
});

it("adds up and goes out without a rounding", () => {
  const sum = [10n, 20n].reduce((total, one) => total + one, 0n);
  expect(wireAmount(sum, "INR")).toBe(0.3);
  expect(JSON.stringify(wireAmount(99_999_999_999_999n, "INR"))).toBe("999999999999.99");
  expect(decimalText(5n, "INR")).toBe("0.05");
  expect(formatMinor(99_999_999_999_999_999n, "INR")).toBe("₹99,99,99,99,99,99,999.99");
});
