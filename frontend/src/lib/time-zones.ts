import { formatLocale } from "./i18n";

/** Time zones by their IANA names, as far as this browser knows them; the server has the last word. */

let known: readonly string[] | undefined;

export function timeZones(): readonly string[] {
  known ??= Intl.supportedValuesOf("timeZone");
  return known;
}

/** The time of day there, or nothing for what is no time zone. */
export function localTimeIn(timeZone: string, now = new Date()): string | undefined {
  if (timeZone === "") return undefined;
  try {
    return new Intl.DateTimeFormat(formatLocale, { timeZone, timeStyle: "short" }).format(now);
  } catch {
    return undefined;
  }
}
