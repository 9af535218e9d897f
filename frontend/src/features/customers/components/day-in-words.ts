import { t } from "@lingui/core/macro";
import { formatLocale } from "@/lib/i18n";

const days = new Intl.DateTimeFormat(formatLocale, { dateStyle: "long" });

/** The day of a time of the API, which is valid, where the reader is; near days by name. */
export function dayInWords(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const ago = Math.round((startOfDay(date) - startOfDay(now)) / 86_400_000);
  if (ago === 0) return t`Today`;
  if (ago === -1) return t`Yesterday`;
  return days.format(date);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
