/** What a rule may speak of: fields, their kinds, the operators of each kind. Mirrors the API's table of rules. */

export type FieldKind = "text" | "number" | "time" | "set" | "bought" | "boolean" | "segment";
export type ValueShape = "none" | "one" | "pair" | "list" | "span";

export type RuleField = {
  name: string;
  label: string;
  kind: FieldKind;
  group: "Orders" | "Profile" | "Activity" | "Consent" | "Segments" | "Attributes";
  /** Whether `within` may narrow it to the orders of a stretch of time. */
  windowed?: boolean;
  money?: boolean;
};

export const FIELDS: readonly RuleField[] = [
  { name: "totalSpend", label: "Total spend", kind: "number", group: "Orders", windowed: true, money: true },
  { name: "orderCount", label: "Number of orders", kind: "number", group: "Orders", windowed: true },
  {
    name: "averageOrderValue",
    label: "Average order value",
    kind: "number",
    group: "Orders",
    windowed: true,
    money: true,
  },
  { name: "firstOrderAt", label: "First order", kind: "time", group: "Orders" },
  { name: "lastOrderAt", label: "Last order", kind: "time", group: "Orders" },
  { name: "purchasedSku", label: "Bought SKU", kind: "bought", group: "Orders", windowed: true },
  { name: "purchasedName", label: "Bought product", kind: "bought", group: "Orders", windowed: true },
  { name: "lastActiveAt", label: "Last active", kind: "time", group: "Activity" },
  { name: "visits", label: "Visits", kind: "number", group: "Activity" },
  { name: "createdAt", label: "Customer since", kind: "time", group: "Activity" },
  { name: "name", label: "Name", kind: "text", group: "Profile" },
  { name: "email", label: "E-mail", kind: "text", group: "Profile" },
  { name: "phone", label: "Phone", kind: "text", group: "Profile" },
  { name: "city", label: "City", kind: "text", group: "Profile" },
  { name: "country", label: "Country", kind: "text", group: "Profile" },
  { name: "timeZone", label: "Time zone", kind: "text", group: "Profile" },
  { name: "tags", label: "Tags", kind: "set", group: "Profile" },
  { name: "emailConsent", label: "E-mail consent", kind: "boolean", group: "Consent" },
  { name: "smsConsent", label: "SMS consent", kind: "boolean", group: "Consent" },
  { name: "whatsappConsent", label: "WhatsApp consent", kind: "boolean", group: "Consent" },
  { name: "segment", label: "In segment", kind: "segment", group: "Segments" },
];

type OperatorLabels = Record<string, string>;

const EMPTINESS: OperatorLabels = { null: "is missing", notNull: "is known" };

const OPERATORS: Record<FieldKind, OperatorLabels> = {
  text: {
    "=": "is",
    "!=": "is not",
    contains: "contains",
    doesNotContain: "does not contain",
    beginsWith: "begins with",
    doesNotBeginWith: "does not begin with",
    endsWith: "ends with",
    doesNotEndWith: "does not end with",
    in: "is one of",
    notIn: "is none of",
    ...EMPTINESS,
  },
  number: {
    ">=": "is at least",
    ">": "is more than",
    "<=": "is at most",
    "<": "is less than",
    "=": "is",
    "!=": "is not",
    between: "is between",
    notBetween: "is not between",
    in: "is one of",
    notIn: "is none of",
    ...EMPTINESS,
  },
  time: {
    within: "is within",
    notWithin: "is not within",
    "<": "is before",
    "<=": "is on or before",
    ">": "is after",
    ">=": "is on or after",
    between: "is between",
    notBetween: "is not between",
    ...EMPTINESS,
  },
  set: {
    contains: "include",
    doesNotContain: "do not include",
    in: "include any of",
    notIn: "include none of",
    null: "are empty",
    notNull: "are not empty",
  },
  bought: { contains: "includes", doesNotContain: "does not include", in: "is any of", notIn: "is none of" },
  boolean: { "=": "is", "!=": "is not" },
  segment: { in: "any of", notIn: "none of" },
};

export function operatorsOf(kind: FieldKind): { name: string; label: string }[] {
  return Object.entries(OPERATORS[kind]).map(([name, label]) => ({ name, label }));
}

export function operatorLabel(kind: FieldKind, operator: string): string {
  return OPERATORS[kind][operator] ?? operator;
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
  return FIELDS.find((field) => field.name === name) ?? others.find((field) => field.name === name);
}
