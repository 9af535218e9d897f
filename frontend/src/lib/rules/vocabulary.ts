import { t } from "@lingui/core/macro";

/** What a rule may speak of: fields, their kinds, the operators of each kind. Mirrors the API's table of rules. */

export type FieldKind = "text" | "number" | "time" | "set" | "bought" | "boolean" | "segment";
export type ValueShape = "none" | "one" | "pair" | "list" | "span";

export type FieldGroup = "Orders" | "Profile" | "Activity" | "Consent" | "Segments" | "Attributes";

export type RuleField = {
  name: string;
  label: string;
  kind: FieldKind;
  group: FieldGroup;
  /** Whether `within` may narrow it to the orders of a stretch of time. */
  windowed?: boolean;
  money?: boolean;
};

let made: { fields: readonly RuleField[]; operators: Record<FieldKind, OperatorLabels> } | undefined;

/** Made once, since a choice of language takes effect by a reload. */
function vocabulary() {
  made ??= { fields: makeFields(), operators: makeOperators() };
  return made;
}

export const fields = (): readonly RuleField[] => vocabulary().fields;

const makeFields = (): RuleField[] => [
  { name: "totalSpend", label: t`Total spend`, kind: "number", group: "Orders", windowed: true, money: true },
  { name: "orderCount", label: t`Number of orders`, kind: "number", group: "Orders", windowed: true },
  {
    name: "averageOrderValue",
    label: t`Average order value`,
    kind: "number",
    group: "Orders",
    windowed: true,
    money: true,
  },
  { name: "firstOrderAt", label: t`First order`, kind: "time", group: "Orders" },
  { name: "lastOrderAt", label: t`Last order`, kind: "time", group: "Orders" },
  { name: "purchasedSku", label: t`Bought SKU`, kind: "bought", group: "Orders", windowed: true },
  { name: "purchasedName", label: t`Bought product`, kind: "bought", group: "Orders", windowed: true },
  { name: "lastActiveAt", label: t`Last active`, kind: "time", group: "Activity" },
  { name: "visits", label: t`Visits`, kind: "number", group: "Activity" },
  { name: "createdAt", label: t`Customer since`, kind: "time", group: "Activity" },
  { name: "name", label: t`Name`, kind: "text", group: "Profile" },
  { name: "email", label: t`E-mail`, kind: "text", group: "Profile" },
  { name: "phone", label: t`Phone`, kind: "text", group: "Profile" },
  { name: "city", label: t`City`, kind: "text", group: "Profile" },
  { name: "country", label: t`Country`, kind: "text", group: "Profile" },
  { name: "timeZone", label: t`Time zone`, kind: "text", group: "Profile" },
  { name: "tags", label: t`Tags`, kind: "set", group: "Profile" },
  { name: "emailConsent", label: t`E-mail consent`, kind: "boolean", group: "Consent" },
  { name: "smsConsent", label: t`SMS consent`, kind: "boolean", group: "Consent" },
  { name: "whatsappConsent", label: t`WhatsApp consent`, kind: "boolean", group: "Consent" },
  { name: "segment", label: t`In segment`, kind: "segment", group: "Segments" },
];

type OperatorLabels = Record<string, string>;

const emptiness = (): OperatorLabels => ({ null: t`is missing`, notNull: t`is known` });

const makeOperators = (): Record<FieldKind, OperatorLabels> => ({
  text: {
    "=": t`is`,
    "!=": t`is not`,
    contains: t`contains`,
    doesNotContain: t`does not contain`,
    beginsWith: t`begins with`,
    doesNotBeginWith: t`does not begin with`,
    endsWith: t`ends with`,
    doesNotEndWith: t`does not end with`,
    in: t`is one of`,
    notIn: t`is none of`,
    ...emptiness(),
  },
  number: {
    ">=": t`is at least`,
    ">": t`is more than`,
    "<=": t`is at most`,
    "<": t`is less than`,
    "=": t`is`,
    "!=": t`is not`,
    between: t`is between`,
    notBetween: t`is not between`,
    in: t`is one of`,
    notIn: t`is none of`,
    ...emptiness(),
  },
  time: {
    within: t`is within`,
    notWithin: t`is not within`,
    "<": t`is before`,
    "<=": t`is on or before`,
    ">": t`is after`,
    ">=": t`is on or after`,
    between: t`is between`,
    notBetween: t`is not between`,
    ...emptiness(),
  },
  set: {
    contains: t`include`,
    doesNotContain: t`do not include`,
    in: t`include any of`,
    notIn: t`include none of`,
    null: t`are empty`,
    notNull: t`are not empty`,
  },
  bought: {
    contains: t`includes`,
    doesNotContain: t`does not include`,
    in: t`is any of`,
    notIn: t`is none of`,
  },
  boolean: { "=": t`is`, "!=": t`is not` },
  segment: { in: t`any of`, notIn: t`none of` },
});

export function operatorsOf(kind: FieldKind): { name: string; label: string }[] {
  return Object.entries(vocabulary().operators[kind]).map(([name, label]) => ({ name, label }));
}

export function operatorLabel(kind: FieldKind, operator: string): string {
  return vocabulary().operators[kind][operator] ?? operator;
}

export function shapeOf(operator: string): ValueShape {
  switch (operator) {
    case "null":
    case "notNull":
      return "none";
    case "between":
    case "notBetween":
      return "pair";
    case "in":
    case "notIn":
      return "list";
    case "within":
    case "notWithin":
      return "span";
    default:
      return "one";
  }
}

/** An `attributes.KEY` field. Its kind is not on the wire; the value at hand tells. */
export function attributeField(name: string, kind: FieldKind): RuleField {
  return { name, label: name.slice("attributes.".length), kind, group: "Attributes" };
}

export function findField(name: string, others: readonly RuleField[] = []): RuleField | undefined {
  return fields().find((field) => field.name === name) ?? others.find((field) => field.name === name);
}

export function groupLabel(group: FieldGroup): string {
  const labels: Record<FieldGroup, string> = {
    Orders: t`Orders`,
    Profile: t`Profile`,
    Activity: t`Activity`,
    Consent: t`Consent`,
    Segments: t`Segments`,
    Attributes: t`Attributes`,
  };
  return labels[group];
}
