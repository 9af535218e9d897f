/** A customer as the form holds them, what a save changes, and how two people's changes come together. */
import { t } from "@lingui/core/macro";
import {
  type AttributeRow,
  attributeFaults,
  attributeRows,
  readAttributes,
  sameAttribute,
} from "@/lib/attributes";
import type { Customer, CustomerChange } from "@/lib/contract";
import { localTime, moment } from "@/lib/local-time";

const TEXTS = ["name", "phone", "city", "country", "timeZone"] as const;
const TIMES = ["lastActiveAt", "createdAt"] as const;
const CONSENTS = ["emailConsent", "smsConsent", "whatsappConsent"] as const;

export type CustomerValues = Record<(typeof TEXTS)[number], string> &
  /** As a control of date and time has them: local time without a zone. */
  Record<(typeof TIMES)[number], string> &
  Record<(typeof CONSENTS)[number], boolean> & {
    visits: string;
    tags: string[];
    attributes: AttributeRow[];
  };

/** The names of the fields, as the page calls them. */
export const labels = (): Record<keyof CustomerValues, string> => ({
  name: t`Name`,
  phone: t`Phone`,
  city: t`City`,
  country: t`Country`,
  timeZone: t`Time zone`,
  tags: t`Tags`,
  attributes: t`Attributes`,
  visits: t`Visits`,
  lastActiveAt: t`Last active`,
  createdAt: t`Customer since`,
  emailConsent: t`E-mail consent`,
  smsConsent: t`SMS consent`,
  whatsappConsent: t`WhatsApp consent`,
});

/** Under which unsaved changes of somebody are kept. */
export const draftName = (id: string) => `customer/1/${id}`;

export function valuesOf(customer: Partial<Customer>): CustomerValues {
  return {
    name: customer.name ?? "",
    phone: customer.phone ?? "",
    city: customer.city ?? "",
    country: customer.country ?? "",
    timeZone: customer.timeZone ?? "",
    tags: customer.tags ?? [],
    attributes: attributeRows(customer.attributes ?? {}),
    visits: customer.visits === undefined ? "" : String(customer.visits),
    lastActiveAt: localTime(customer.lastActiveAt),
    createdAt: localTime(customer.createdAt),
    emailConsent: customer.emailConsent ?? false,
    smsConsent: customer.smsConsent ?? false,
    whatsappConsent: customer.whatsappConsent ?? false,
  };
}

/** What the form itself can tell to be wrong, by field. */
export function faultsOf(values: CustomerValues): Record<string, string> {
  const visits = values.visits.trim();
  return {
    ...attributeFaults(values.attributes),
    ...(visits !== "" && !/^\d{1,10}$/.test(visits) && { visits: t`Write a whole number.` }),
  };
}

/**
 * Only what differs goes to the server, so that what others change meanwhile is not undone, and a time that is not touched
 * is not rounded to the minute.
 */
export function changeOf(before: CustomerValues, after: CustomerValues): CustomerChange {
  const change: CustomerChange = {};
  for (const field of TEXTS) {
    if (after[field].trim() !== before[field].trim()) change[field] = after[field].trim() || null;
  }
  for (const field of TIMES) {
    if (after[field] !== before[field]) change[field] = moment(after[field]);
  }
  for (const field of CONSENTS) {
    if (after[field] !== before[field]) change[field] = after[field];
  }
  if (after.visits.trim() !== before.visits.trim()) {
    change.visits = after.visits.trim() === "" ? null : Number(after.visits);
  }
  if (!isSame("tags", before, after)) change.tags = after.tags;
  const [had, has] = [readAttributes(before.attributes), readAttributes(after.attributes)];
  const attributes = {
    ...Object.fromEntries(Object.keys(had).flatMap((key) => (key in has ? [] : [[key, null]]))),
    ...Object.fromEntries(Object.entries(has).filter(([key, value]) => had[key] !== value)),
  };
  if (Object.keys(attributes).length > 0) change.attributes = attributes;
  return change;
}

/**
 * My changes of `before` on top of what somebody else has saved meanwhile. Tags and attributes come together one by one;
 * in other fields mine stand, and `both` says which of them the other one has changed too.
 */
export function rebased(
  before: CustomerValues,
  mine: CustomerValues,
  theirs: CustomerValues,
): { values: CustomerValues; both: string[] } {
  const names = labels();
  const fields = Object.keys(names) as (keyof CustomerValues)[];
  const changed = fields.filter((field) => !isSame(field, before, mine));
  const kept = Object.fromEntries(changed.map((field) => [field, mine[field]]));
  const values: CustomerValues = { ...theirs, ...kept };
  if (changed.includes("tags")) {
    const added = mine.tags.filter((tag) => !before.tags.includes(tag));
    const removed = before.tags.filter((tag) => !mine.tags.includes(tag));
    values.tags = [...new Set([...theirs.tags, ...added])].filter((tag) => !removed.includes(tag));
  }
  if (changed.includes("attributes")) {
    values.attributes = rebasedAttributes(before.attributes, mine.attributes, theirs.attributes);
  }
  const both = changed.filter(
    (field) =>
      field !== "tags" &&
      field !== "attributes" &&
      !isSame(field, before, theirs) &&
      !isSame(field, mine, theirs),
  );
  return { values, both: both.map((field) => names[field]) };
}

function rebasedAttributes(before: AttributeRow[], mine: AttributeRow[], theirs: AttributeRow[]) {
  const find = (rows: AttributeRow[], key: string) => rows.find((row) => row.key === key);
  const untouched = (row: AttributeRow) => sameAttribute(find(before, row.key), row);
  const removed = before.filter((row) => !find(mine, row.key));
  const touched = mine.filter((row) => !untouched(row));
  const gone = new Set([...removed, ...touched].map((row) => row.key));
  return [...theirs.filter((row) => !gone.has(row.key)), ...touched];
}

function isSame(field: keyof CustomerValues, one: CustomerValues, other: CustomerValues): boolean {
  if (field === "attributes") {
    return (
      one.attributes.length === other.attributes.length &&
      other.attributes.every((row, index) => sameAttribute(one.attributes[index], row))
    );
  }
  return JSON.stringify(one[field]) === JSON.stringify(other[field]);
}
