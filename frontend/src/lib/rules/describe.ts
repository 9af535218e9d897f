/** Rules in words, for lists and summaries. */
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
    return group.combinator === "and" ? "Everyone" : "No one";
  }
  return describeGroup(group, attributesIn(group), words, true);
}

function describeGroup(group: RuleGroup, fields: RuleField[], words: Words, root: boolean): string {
  const parts = group.rules.map((node) =>
    isGroup(node) ? describeGroup(node, fields, words, false) : describeRule(node, fields, words),
  );
  const empty = group.combinator === "and" ? "everyone" : "no one";
  const text = parts.length > 0 ? parts.join(` ${group.combinator} `) : empty;
  if (group.not) return `not (${text})`;
  return root || parts.length < 2 ? text : `(${text})`;
}

export function describeRule(rule: Rule, fields: readonly RuleField[], { show, nameOf }: Words): string {
  const field = findField(rule.field, fields);
  if (!field) return `${rule.field} ${rule.operator}`;
  if (field.kind === "segment") {
    const names = Array.isArray(rule.value) ? rule.value.map((id) => nameOf(String(id))) : [];
    return `${rule.operator === "notIn" ? "Not in segment" : field.label} ${names.join(" or ")}`;
  }
  const words = [field.label, operatorLabel(field.kind, rule.operator)];
  const one = (value: unknown) => {
    if (typeof value === "number") return show(value, field);
    if (typeof value === "boolean") return value ? "yes" : "no";
    return String(value);
  };
  const values = Array.isArray(rule.value) ? rule.value : [rule.value];
  switch (shapeOf(rule.operator)) {
    case "none":
      break;
    case "span":
      words.push(describeSpan(String(rule.value)));
      break;
    case "pair":
      words.push(values.map(one).join(" and "));
      break;
    default:
      words.push(values.map(one).join(", "));
  }
  if (rule.within) words.push(`in ${describeSpan(rule.within)}`);
  return words.join(" ");
}
