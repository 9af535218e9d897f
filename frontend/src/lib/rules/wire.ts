/**
 * Between the builder's query and the wire form. The two are the same JSON; what the builder adds for itself is taken
 * off, values get the shape of their operator, and what is unfinished is named before anything is sent.
 */
import { t } from "@lingui/core/macro";
import type { Rule, RuleGroup } from "../contract";
import { parseSpan, spanFault } from "./span";
import { attributeField, type FieldKind, findField, type RuleField, shapeOf } from "./vocabulary";

export const MAX_DEPTH = 6;
export const MAX_CONDITIONS = 100;

export const EVERYONE: RuleGroup = { combinator: "and", not: false, rules: [] };

type Loose = { [key: string]: unknown };

export function isGroup(node: unknown): node is RuleGroup {
  return typeof node === "object" && node !== null && Array.isArray((node as Loose).rules);
}

/** The wire form of a builder's query: no ids, no paths, values shaped by their operators. */
export function toWire(query: unknown, attributes: readonly RuleField[] = []): RuleGroup {
  const group = query as RuleGroup;
  return {
    combinator: group.combinator === "or" ? "or" : "and",
    not: group.not === true,
    rules: group.rules
      .filter((node) => typeof node === "object")
      .map((node) => (isGroup(node) ? toWire(node, attributes) : ruleToWire(node, attributes))),
  };
}

/** The custom attributes that a query speaks of, their kinds read off the values. */
export function attributesIn(group: RuleGroup): RuleField[] {
  const kinds = new Map<string, FieldKind | undefined>();
  for (const { field, value } of conditions(group)) {
    // One without a value, such as that it is known, says nothing of the kind.
    if (field.startsWith("attributes.")) kinds.set(field, kinds.get(field) ?? kindOfValue(value));
  }
  return [...kinds].map(([name, kind]) => attributeField(name, kind ?? "text"));
}

export function conditions(group: RuleGroup): Rule[] {
  return group.rules.flatMap((node) => (isGroup(node) ? conditions(node) : [node]));
}

/** The segments that a query names, and those whose rules an explanation holds. */
export function segmentsIn(group: RuleGroup & { segment?: string }): string[] {
  const named = group.rules.flatMap((node) => {
    if (isGroup(node)) return segmentsIn(node);
    return node.field === "segment" && Array.isArray(node.value) ? node.value.map(String) : [];
  });
  return [...new Set(group.segment ? [group.segment, ...named] : named)];
}

/** A value in the shape that the operator wants; what does not fit becomes empty. */
export function coerceValue(kind: FieldKind, operator: string, value: unknown): unknown {
  switch (shapeOf(operator)) {
    case "none":
      return undefined;
    case "list":
      return Array.isArray(value) ? value : isBlank(value) ? [] : [value];
    case "pair": {
      const [from, to] = Array.isArray(value) ? value : [value];
      return [scalar(kind, from), scalar(kind, to)];
    }
    case "span": {
      const text = typeof value === "string" ? value : "";
      return parseSpan(text).type === "other" && !text.startsWith("P") ? "P30D" : text;
    }
    default:
      return scalar(kind, Array.isArray(value) ? value[0] : value);
  }
}

/** Why a condition cannot be sent yet, or nothing. */
export function ruleFault(rule: Rule, attributes: readonly RuleField[] = []): string | undefined {
  const field = findField(rule.field, attributes);
  if (!field) return t`needs a field`;
  if (field.windowed && typeof rule.within === "string") {
    const fault = spanFault(parseSpan(rule.within));
    if (fault) return fault;
  }
  const value = coerceValue(field.kind, rule.operator, rule.value);
  switch (shapeOf(rule.operator)) {
    case "none":
      return undefined;
    case "span":
      return spanFault(parseSpan(String(value)));
    case "list": {
      const list = value as unknown[];
      if (list.length === 0)
        return field.kind === "segment" ? t`needs a segment` : t`needs at least one value`;
      if (field.kind === "number" && list.some((v) => typeof v !== "number")) return t`needs numbers`;
      return undefined;
    }
    case "pair": {
      const [from, to] = value as [unknown, unknown];
      if (isBlank(from) || isBlank(to)) return t`needs both ends`;
      return undefined;
    }
    default:
      return isBlank(value) ? t`needs a value` : undefined;
  }
}

/** The first thing that keeps a query from being sent, in words. */
export function queryFault(group: RuleGroup, attributes: readonly RuleField[] = []): string | undefined {
  const all = conditions(group);
  if (all.length > MAX_CONDITIONS) return t`At most ${MAX_CONDITIONS} conditions`;
  for (const rule of all) {
    const fault = ruleFault(rule, attributes);
    const name = findField(rule.field, attributes)?.label ?? t`A condition`;
    if (fault) return t`${name} ${fault}`;
  }
  return undefined;
}

function ruleToWire(rule: Rule, attributes: readonly RuleField[]): Rule {
  const field = findField(rule.field, attributes);
  const wire: Rule = { field: rule.field, operator: rule.operator };
  const value = coerceValue(field?.kind ?? "text", rule.operator, rule.value);
  if (value !== undefined) wire.value = value;
  if (field?.windowed && rule.within) wire.within = rule.within;
  return wire;
}

function scalar(kind: FieldKind, value: unknown): unknown {
  if (kind === "boolean") return typeof value === "boolean" ? value : true;
  if (kind === "number") return typeof value === "number" && Number.isFinite(value) ? value : "";
  if (kind === "time") return typeof value === "string" && /^\d{4}-/.test(value) ? value : "";
  return value === undefined || value === null ? "" : String(value);
}

function kindOfValue(value: unknown): FieldKind | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  if (isBlank(one)) return undefined;
  if (typeof one === "number") return "number";
  return typeof one === "boolean" ? "boolean" : "text";
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}
