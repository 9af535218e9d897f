/** Custom attributes as somebody types them: a key, a type, and the text of the value. */
import { t } from "@lingui/core/macro";
import type { AttributeValue } from "./contract";

export type AttributeKind = "text" | "number" | "boolean";

export type AttributeRow = {
  /** Of the row, not of the attribute: a key may still be changing. */
  id: string;
  key: string;
  /** `cleared`: whoever has the attribute loses it. */
  kind: AttributeKind | "cleared";
  /** `true` or `false` for a yes or no. */
  text: string;
};

export type Attributes = Record<string, AttributeValue | null>;

const KEY = /^[A-Za-z0-9_]{1,64}$/;
/** The range in which the server keeps numbers. */
const MOST = 1e15;

export function newAttribute(): AttributeRow {
  return { id: crypto.randomUUID(), key: "", kind: "text", text: "" };
}

export function attributeRows(attributes: Record<string, AttributeValue>): AttributeRow[] {
  return Object.entries(attributes).map(([key, value]) => ({
    id: key,
    key,
    kind: kindOf(value),
    text: String(value),
  }));
}

/** By key; `null` where it is cleared. Rows with faults are not to be read. */
export function readAttributes(rows: readonly AttributeRow[]): Attributes {
  return Object.fromEntries(rows.map((row) => [row.key.trim(), readValue(row)]));
}

export type AttributeFault = { of: "name" | "value"; reason: string };

/** What is wrong with rows, by the names that `attributeFault` looks under. */
export function attributeFaults(rows: readonly AttributeRow[]): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const row of rows) {
    const name = nameFault(row, rows);
    const value = valueFault(row);
    if (name) faults[`attributes#${row.id}#name`] = name;
    else if (value) faults[`attributes#${row.id}#value`] = value;
  }
  return faults;
}

/** The fault of a row: its own, or the server's about its key. */
export function attributeFault(
  row: AttributeRow,
  faults: Record<string, string>,
): AttributeFault | undefined {
  const name = faults[`attributes#${row.id}#name`];
  if (name) return { of: "name", reason: name };
  const reason = faults[`attributes#${row.id}#value`] ?? faults[`attributes.${row.key.trim()}`];
  return reason ? { of: row.kind === "cleared" ? "name" : "value", reason } : undefined;
}

export function sameAttribute(one: AttributeRow | undefined, other: AttributeRow): boolean {
  return one !== undefined && one.key === other.key && one.kind === other.kind && one.text === other.text;
}

function nameFault(row: AttributeRow, rows: readonly AttributeRow[]): string | undefined {
  const key = row.key.trim();
  if (!KEY.test(key)) return t`Give it a name of 1 to 64 letters, digits or underscores.`;
  if (rows.some((other) => other !== row && other.key.trim() === key)) return t`This name is there twice.`;
  return undefined;
}

function valueFault({ kind, text }: AttributeRow): string | undefined {
  if (kind === "text" && text.trim() === "") return t`Write a value, or remove the attribute.`;
  if (kind === "number") {
    const number = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(number) || Math.abs(number) > MOST) return t`Write a number, such as 12 or 4.5.`;
  }
  return undefined;
}

function readValue({ kind, text }: AttributeRow): AttributeValue | null {
  if (kind === "cleared") return null;
  if (kind === "number") return Number(text);
  if (kind === "boolean") return text === "true";
  return text.trim();
}

function kindOf(value: AttributeValue): AttributeKind {
  return typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
}
