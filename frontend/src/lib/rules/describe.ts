/** Rules in words, for lists and summaries. */
import { t } from "@lingui/core/macro";
import type { Rule, RuleGroup } from "../contract";
import { describeSpan } from "./span";
import { findField, operatorLabel, type RuleField, shapeOf } from "./vocabulary";
import { attributesIn, isGroup } from "./wire";

/** How numbers are shown, and what segments are called. */
export type Words = {
  show: (value: number, field: RuleField) => string;
  nameOf: (segment: string) => string;
};

const PLAIN: Words = { show: String, nameOf: String };

export function describeRules(group: RuleGroup, words: Words = PLAIN): string {
  if (group.rules.length === 0 && group.not !== true) {
    return group.combinator === "and" ? t`Everyone` : t`No one`;
  }
  return describeGroup(group, attributesIn(group), words, true);
}

function describeGroup(group: RuleGroup, fields: RuleField[], words: Words, root: boolean): string {
  const parts = group.rules.map((node) =>
    isGroup(node) ? describeGroup(node, fields, words, false) : describeRule(node, fields, words),
  );
  const isAnd = group.combinator === "and";
  const empty = isAnd ? t`everyone` : t`no one`;
  const text = parts.length > 0 ? parts.reduce(isAnd ? and : or) : empty;
  if (group.not) return t`not (${text})`;
  return root || parts.length < 2 ? text : `(${text})`;
}

export function describeRule(rule: Rule, fields: readonly RuleField[], { show, nameOf }: Words): string {
  const field = findField(rule.field, fields);
  if (!field) return `${rule.field} ${rule.operator}`;
  if (field.kind === "segment") {
    const ids = Array.isArray(rule.value) ? rule.value.map((id) => nameOf(String(id))) : [];
    const names = ids.length > 0 ? ids.reduce(or) : "";
    return rule.operator === "notIn" ? t`Not in segment ${names}` : t`In segment ${names}`;
  }
  const one = (value: unknown) => {
    if (typeof value === "number") return show(value, field);
    if (typeof value === "boolean") return value ? t`yes` : t`no`;
    return String(value);
  };
  const condition = conditionInWords(rule, field, one);
  if (!rule.within) return condition;
  const span = describeSpan(rule.within);
  return t`${condition} in ${span}`;
}

function conditionInWords(rule: Rule, field: RuleField, one: (value: unknown) => string): string {
  const { label } = field;
  const operator = operatorLabel(field.kind, rule.operator);
  const shape = shapeOf(rule.operator);
  if (shape === "none") return t`${label} ${operator}`;
  const values = Array.isArray(rule.value) ? rule.value : [rule.value];
  const value =
    shape === "span"
      ? describeSpan(String(rule.value))
      : shape === "pair"
        ? values.map(one).reduce(and)
        : values.map(one).join(", ");
  return t`${label} ${operator} ${value}`;
}

const and = (one: string, other: string) => t`${one} and ${other}`;
const or = (one: string, other: string) => t`${one} or ${other}`;
