import { t } from "@lingui/core/macro";
/** A change of the audit log as members with what they were and what they are, in words. */
import type { AuditEntry, RuleGroup } from "@/lib/contract";
import { formatDateTime, formatNumber } from "@/lib/format";
import { describeRules } from "@/lib/rules/describe";

export type Change = { member: string; before: string | undefined; after: string | undefined };

/** `last_sign_in_at`, `lastSignInAt` -> `last sign in at`. */
export function inPlainWords(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
}

/** The members that differ; those of something new or gone, all. */
export function changesOf({ before, after }: AuditEntry): Change[] {
  const was = membersOf(before);
  const is = membersOf(after);
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.map((name) => ({
    member: name === "" ? t`all` : inPlainWords(name),
    before: name in was ? shown(was[name]) : undefined,
    after: name in is ? shown(is[name]) : undefined,
  }));
}

function membersOf(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  return isRecord(value) ? value : { "": value };
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? t`yes` : t`no`;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return MOMENT.test(value) ? formatDateTime(value) : value;
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) {
    return value.length === 0 ? t`none` : value.map(shown).join(", ");
  }
  if (isRules(value)) return describeRules(value);
  return JSON.stringify(value, null, 2);
}

function isRules(value: unknown): value is RuleGroup {
  return isRecord(value) && typeof value.combinator === "string" && Array.isArray(value.rules);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
