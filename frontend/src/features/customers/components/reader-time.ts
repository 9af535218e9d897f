/** Days and times of day as the reader writes them, where the reader is. Times come from the API and are valid. */
import { t } from "@lingui/core/macro";

/** Near days by name. */
export function dayInWords(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = Math.round((startOfDay(date) - startOfDay(now)) / 86_400_000);
  if (days === 0) return t`Today`;
  if (days === -1) return t`Yesterday`;
  return date.toLocaleDateString(locales(), { dateStyle: "long" });
}

export function timeOfDay(iso: string): string {
  return new Date(iso).toLocaleTimeString(locales(), { timeStyle: "short" });
}

function locales(): string[] {
  return [...navigator.languages];
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
