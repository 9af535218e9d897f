/**
 * Which column of a file becomes which field. Names are matched as the server matches them, so that what is proposed is
 * what happens when nothing is chosen; what is chosen goes along as a mapping of fields to columns.
 */
import { t } from "@lingui/core/macro";
import type { ImportKind } from "@/lib/contract";

/** `names`: under which its column goes, best first; case, spaces, `_` and `-` do not matter. */
type Field = { field: string; label: () => string; names: readonly string[] };

const known = (field: string, label: () => string, names: string): Field => ({
  field,
  label,
  names: names.split(" "),
});
const EMAIL = known("email", () => t`E-mail`, "email emailaddress customeremail mail");

export const FIELDS: Record<ImportKind, readonly Field[]> = {
  customers: [
    EMAIL,
    known("name", () => t`Name`, "name fullname customername"),
    known("firstName", () => t`First name`, "firstname givenname forename"),
    known("lastName", () => t`Last name`, "lastname surname familyname"),
    known("phone", () => t`Phone`, "phone phonenumber mobile mobilenumber telephone"),
    known("city", () => t`City`, "city town"),
    known("country", () => t`Country`, "country countrycode"),
    known("tags", () => t`Tags`, "tags labels"),
    known("visits", () => t`Visits`, "visits visitcount"),
    known("createdAt", () => t`Customer since`, "createdat signupdate signedupat registeredat customersince"),
    known("lastActiveAt", () => t`Last active`, "lastactiveat lastactive lastseen lastseenat"),
    known("emailConsent", () => t`E-mail consent`, "emailconsent acceptsemail emailoptin"),
    known("smsConsent", () => t`SMS consent`, "smsconsent acceptssms smsoptin"),
    known("whatsappConsent", () => t`WhatsApp consent`, "whatsappconsent acceptswhatsapp whatsappoptin"),
    known("timeZone", () => t`Time zone`, "timezone tz"),
  ],
  orders: [
    EMAIL,
    known("orderId", () => t`Order number`, "orderid ordernumber orderno order"),
    known(
      "placedAt",
      () => t`Placed`,
      "placedat orderdate orderedat purchasedate purchasedat date createdat",
    ),
    known(
      "total",
      () => t`Total`,
      "total amount totalamount totalprice ordertotal grandtotal pricepaid amountpaid paid",
    ),
    known("quantity", () => t`Quantity`, "quantity qty units"),
    known("currency", () => t`Currency`, "currency currencycode"),
    known("status", () => t`Status`, "status orderstatus"),
    known("sku", () => t`SKU of an item`, "sku itemsku productsku productid"),
    known("name", () => t`Name of an item`, "name itemname productname product item"),
    known("unitPrice", () => t`Unit price of an item`, "unitprice itemprice priceperunit price"),
  ],
  activities: [
    EMAIL,
    known("type", () => t`Type`, "type activitytype activity event eventtype kind"),
    known("at", () => t`When`, "at date time timestamp datetime happenedat occurredat"),
    known("activityId", () => t`Activity number`, "activityid eventid"),
  ],
};

const NEEDED: Record<ImportKind, readonly string[]> = {
  customers: ["email"],
  orders: ["email"],
  activities: ["email", "type", "at"],
};
/** What makes a line of an order: all of them or none. */
const ITEM = ["sku", "name", "quantity", "unitPrice"];
const ATTRIBUTE = /^attributes?[._](?<key>[A-Za-z0-9_]{1,64})$/i;

/** The field of each column; empty where it is not used. */
export type Choice = readonly string[];

/** What becomes of the columns by their names, where `mapping` (of fields to columns) says nothing else. */
export function matched(
  kind: ImportKind,
  columns: readonly string[],
  mapping: Record<string, string> = {},
): string[] {
  const fields = columns.map(() => "");
  for (const [field, column] of Object.entries(mapping)) {
    const at = columns.indexOf(column);
    if (at >= 0) fields[at] = field;
  }
  const plainNames = columns.map(plain);
  for (const { field, names } of FIELDS[kind]) {
    if (field in mapping) continue;
    for (const name of names) {
      const at = plainNames.findIndex((plainName, index) => plainName === name && fields[index] === "");
      if (at < 0) continue;
      fields[at] = field;
      break;
    }
  }
  if (kind === "orders" && lacking(fields).length > 0) {
    // Half a line of an order is none: the total counts.
    for (const [at, field] of fields.entries()) {
      if (["sku", "name", "unitPrice"].includes(field) && !(field in mapping)) fields[at] = "";
    }
  }
  if (kind === "customers") {
    for (const [at, column] of columns.entries()) {
      const key = ATTRIBUTE.exec(column)?.groups?.key;
      if (key && fields[at] === "" && !fields.includes(`attributes.${key}`)) fields[at] = `attributes.${key}`;
    }
  }
  return fields;
}

/** What goes to the server: nothing where the names say it all. */
export function mappingOf(
  kind: ImportKind,
  columns: readonly string[],
  choice: Choice,
): Record<string, string> | undefined {
  if (matched(kind, columns).every((field, at) => field === choice[at])) return undefined;
  return Object.fromEntries(
    columns.flatMap((column, at) => (choice[at] ? [[choice[at] as string, column] as const] : [])),
  );
}

/** Columns that are to be left out and are yet read, because of their names: by index, the field. */
export function readAllTheSame(
  kind: ImportKind,
  columns: readonly string[],
  choice: Choice,
): [number, string][] {
  const mapping = mappingOf(kind, columns, choice);
  if (!mapping) return [];
  const read = matched(kind, columns, mapping);
  return [...read.entries()].filter(([at, field]) => field !== "" && choice[at] === "");
}

/** Why nothing could be imported so. */
export function faultOf(kind: ImportKind, columns: readonly string[], choice: Choice): string | undefined {
  if (columns.length === 0) return t`No column can be read in this file. Save it as CSV in UTF-8.`;
  const chosen = choice.filter(Boolean);
  const twice = chosen.find((field, at) => chosen.indexOf(field) !== at);
  if (twice) return t`Two columns are to be ${fieldName(kind, twice)}: choose one of them.`;
  const mapped = mappingOf(kind, columns, choice) ? columns.filter((_, at) => choice[at]) : [];
  const ambiguous = mapped.find(
    (column) => columns.filter((other) => other.trim() === column.trim()).length > 1,
  );
  if (ambiguous !== undefined) return t`Two columns are called “${ambiguous}”: rename one in the file.`;
  const missing = NEEDED[kind]
    .filter((field) => !chosen.includes(field))
    .map((field) => fieldName(kind, field));
  if (missing.length > 0) return whichIs(missing);
  if (kind !== "orders") return undefined;
  const others = lacking(chosen);
  const hasItem = chosen.some((field) => ["sku", "name", "unitPrice"].includes(field));
  if (hasItem && others.length > 0) {
    const names = others.map((field) => fieldName(kind, field)).join(", ");
    return t`Items also need ${names}.`;
  }
  return hasItem || chosen.includes("total")
    ? undefined
    : t`Say which column is the total, or which are the items.`;
}

/** The fields that a column may become, with an attribute of its own name. */
export function choicesFor(kind: ImportKind, column: string): { value: string; label: string }[] {
  const fields = FIELDS[kind].map(({ field, label }) => ({ value: field, label: label() }));
  const key = attributeKey(column);
  if (kind !== "customers" || key === "") return fields;
  return [...fields, { value: `attributes.${key}`, label: attributeName(key) }];
}

export function fieldName(kind: ImportKind, field: string): string {
  const known = FIELDS[kind].find((one) => one.field === field);
  return known ? known.label() : attributeName(field.replace(/^attributes\./, ""));
}

const attributeName = (key: string): string => t`Attribute ${key}`;

function whichIs([one = "", two, three]: readonly string[]): string {
  if (two === undefined) return t`Say which column is ${one}.`;
  if (three === undefined) return t`Say which column is ${one}, which is ${two}.`;
  return t`Say which column is ${one}, which is ${two}, which is ${three}.`;
}

/** As attributes may be called. */
function attributeKey(column: string): string {
  const named = ATTRIBUTE.exec(column)?.groups?.key ?? column;
  return named
    .trim()
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 64);
}

function lacking(fields: readonly string[]): string[] {
  return ITEM.filter((field) => !fields.includes(field));
}

function plain(name: string): string {
  return name.replace(/[_\-\s\uFEFF]/g, "").toLowerCase();
}
