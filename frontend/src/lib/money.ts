/**
 * Money that is typed and added up: whole minor units (paise, cents) from end to end, since binary fractions have no 0.1.
 * On the wire an amount is a JSON number of major units, with at most the currency's decimals.
 */
import { t } from "@lingui/core/macro";
import { formatMoney } from "./format";

/** Greatest amount that the server takes, in major units. */
const MOST = 1_000_000_000_000n;
/** Digits, with commas only where they group: `12,50` is no amount here, rather than a hundredfold one. */
const AMOUNT = /^(?<whole>\d{1,13}|\d{1,3}(?:,\d{2,3})*,\d{3})(?:\.(?<part>\d+))?$/;

const decimals = new Map<string, number>();

/** How many decimals a currency has. */
export function decimalsOf(currency: string): number {
  const known = decimals.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const found = format.resolvedOptions().maximumFractionDigits ?? 2;
  decimals.set(currency, found);
  return found;
}

/** An amount as it was typed, in minor units; or why it is none. */
export function readAmount(typed: string, currency: string): { minor: bigint } | { fault: string } {
  const most = decimalsOf(currency);
  const { whole, part = "" } = AMOUNT.exec(typed.trim())?.groups ?? {};
  if (whole === undefined) {
    const example = decimalText(149900n, currency);
    return { fault: t`Write an amount, such as ${example}.` };
  }
  if (part.length > most) {
    return { fault: most === 0 ? t`This currency has no decimals.` : t`At most ${most} decimals.` };
  }
  const scale = 10n ** BigInt(most);
  const minor = BigInt(whole.replaceAll(",", "")) * scale + BigInt(part.padEnd(most, "0") || "0");
  return minor > MOST * scale ? { fault: t`At most 1,000,000,000,000.` } : { minor };
}

/** The digits of an amount: `1499.00`. */
export function decimalText(minor: bigint, currency: string): string {
  const most = decimalsOf(currency);
  const digits = minor.toString().padStart(most + 1, "0");
  return most === 0 ? digits : `${digits.slice(0, -most)}.${digits.slice(-most)}`;
}

/** As a JSON number: the nearest one is written with the same digits again, up to fifteen of them. */
export function wireAmount(minor: bigint, currency: string): number {
  return Number(decimalText(minor, currency));
}

/** For reading, with every digit as it is. */
export function formatMinor(minor: bigint, currency: string): string {
  return formatMoney(decimalText(minor, currency) as `${number}`, currency);
}
