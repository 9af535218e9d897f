import { t } from "@lingui/core/macro";

/** What can be wrong with a number as it is typed. */

/** A field that may stay empty. */
export function optional(typed: string, fault: (typed: string) => string | undefined): string | undefined {
  return typed.trim() === "" ? undefined : fault(typed);
}

export function whole(typed: string, least: number, most: number): string | undefined {
  return /^\d+$/.test(typed.trim()) ? within(typed, least, most) : t`Write a whole number.`;
}

export function within(typed: string, least: number, most: number): string | undefined {
  const number = Number(typed);
  if (typed.trim() === "" || Number.isNaN(number)) return t`Write a number.`;
  return number < least || number > most ? t`Must be from ${least} to ${most}.` : undefined;
}
