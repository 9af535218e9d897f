/** Numbers, money and times for reading, as the language writes them; the currency is the deployment's. */
import { t } from "@lingui/core/macro";
import { formatLocale as LOCALE } from "./i18n";

const numbers = new Intl.NumberFormat(LOCALE);
const percents = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 });
const dateTimes = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const times = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const dayTicks = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const dates = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" });
const utcDates = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: "UTC" });
const utcTicks = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone: "UTC" });
const utcMonths = new Intl.DateTimeFormat(LOCALE, { month: "short", year: "numeric", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const MONEY_STYLES: Record<MoneyStyle, Intl.NumberFormatOptions> = {
  full: {},
  short: { trailingZeroDisplay: "stripIfInteger" },
  compact: { notation: "compact", maximumFractionDigits: 1 },
};
const moneyFormats = new Map<string, Intl.NumberFormat>();

export function formatNumber(value: number): string {
  return numbers.format(value);
}

export function formatShare(part: number, whole: number): string {
  return whole > 0 ? percents.format(part / whole) : "–";
}

/** Full amounts stand under each other; `short` ones are without decimals if these are all 0, `compact` ones on axes: ₹2.5L. */
type MoneyStyle = "full" | "short" | "compact";

/** `amount` in major units, as on the wire; as digits, none is lost. */
export function formatMoney(
  amount: number | `${number}` | null | undefined,
  currency: string,
  style: MoneyStyle = "full",
): string {
  if (amount === null || amount === undefined) return "–";
  return moneyFormat(currency, style).format(amount);
}

export function formatCompact(value: number): string {
  return new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function formatDateTime(iso: string | undefined): string {
  return withDate(iso, (date) => dateTimes.format(date));
}

export function formatDate(iso: string | undefined): string {
  return withDate(iso, (date) => dates.format(date));
}

/** Only the time of day. */
export function formatTime(iso: string | undefined): string {
  return withDate(iso, (date) => times.format(date));
}

export function formatDayTick(iso: string | undefined): string {
  return withDate(iso, (date) => dayTicks.format(date));
}

/** A calendar day of the server, which counts days in UTC. */
export function formatUtcDay(day: string): string {
  return withDate(day, (date) => utcDates.format(date));
}

export function formatUtcTick(day: string): string {
  return withDate(day, (date) => utcTicks.format(date));
}

export function formatUtcMonth(day: string): string {
  return withDate(day, (date) => utcMonths.format(date));
}

export function formatRelative(iso: string | undefined, now = Date.now()): string {
  return withDate(iso, (date) => {
    const seconds = (date.getTime() - now) / 1000;
    const size = Math.abs(seconds);
    if (size < 45) return t`just now`;
    if (size < 3600) return relative.format(Math.round(seconds / 60), "minute");
    if (size < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
    if (size < 30 * 86_400) return relative.format(Math.round(seconds / 86_400), "day");
    return dates.format(date);
  });
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function withDate(iso: string | undefined, show: (date: Date) => string): string {
  if (!iso) return "–";
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "–";
  // English in India has four letters for this one month, and three for all others.
  return show(date).replace(/\bSept\b/, "Sep");
}

function moneyFormat(currency: string, style: MoneyStyle): Intl.NumberFormat {
  const key = `${currency} ${style}`;
  let format = moneyFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(LOCALE, { style: "currency", currency, ...MONEY_STYLES[style] });
    moneyFormats.set(key, format);
  }
  return format;
}

/** A small price: as far as its fourth decimal, below which it is `< $0.0001`. */
export function formatPrice(amount: number, currency: string): string {
  const least = 0.0001;
  const format = priceFormat(currency);
  return amount > 0 && amount < least / 2 ? `< ${format.format(least)}` : format.format(amount);
}

function priceFormat(currency: string): Intl.NumberFormat {
  const key = `${currency} price`;
  const known = moneyFormats.get(key);
  if (known) return known;
  const format = new Intl.NumberFormat(LOCALE, { style: "currency", currency, maximumFractionDigits: 4 });
  moneyFormats.set(key, format);
  return format;
}
