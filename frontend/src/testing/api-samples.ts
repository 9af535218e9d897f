/**
 * For tests: examples of what the API answers, made from the schemas of its document, which has none written out. What a
 * test leaves out of an answer, and every such answer has, is taken from there.
 */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  format?: string;
  minimum?: number;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
};

type Find = (reference: string) => Schema;
type Members = Record<string, unknown>;

/** Texts that have to be of a kind, by the member that they stand in. */
const BY_NAME: Record<string, unknown> = { currency: "INR", email: "asha@example.com" };
const BY_FORMAT: Record<string, string> = { "date-time": "2026-01-05T00:00:00Z", date: "2026-01-05" };

/** `body` with what its schema requires besides; what it says itself stays, right or wrong. */
export function completed(of: Schema, body: unknown, find: Find): unknown {
  const schema = resolved(of, body, find);
  if (Array.isArray(body)) {
    const { items } = schema;
    return items ? body.map((item) => completed(items, item, find)) : body;
  }
  if (!isRecord(body)) return body;
  const whole: Members = {};
  for (const name of schema.required ?? []) {
    if (!(name in body)) whole[name] = sample(schema.properties?.[name] ?? {}, name, find);
  }
  for (const [name, value] of Object.entries(body)) {
    const { additionalProperties: others } = schema;
    const member = schema.properties?.[name] ?? (typeof others === "object" ? others : undefined);
    whole[name] = member ? completed(member, value, find) : value;
  }
  return whole;
}

/** The least that a schema allows. */
function sample(of: Schema, name: string, find: Find): unknown {
  const schema = resolved(of, undefined, find);
  if ("const" in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.examples) return schema.examples[0];
  const [type] = [schema.type].flat();
  if (type === "string") return BY_NAME[name] ?? BY_FORMAT[schema.format ?? ""] ?? name;
  if (type === "integer" || type === "number") return schema.minimum ?? 0;
  if (type === "boolean") return false;
  if (type === "array") return [];
  return type === "object" ? completed(schema, {}, find) : null;
}

/** The schema itself, of several the one that `body` is meant to be. */
function resolved(of: Schema, body: unknown, find: Find): Schema {
  let schema = of;
  while (schema.$ref) schema = find(schema.$ref);
  const choices = schema.anyOf ?? schema.oneOf;
  if (!choices) return schema;
  const all = choices.map((choice) => resolved(choice, body, find));
  return all.find((choice) => fits(choice, body, find)) ?? all[0] ?? {};
}

/** By the names of its members, and by those that tell its kind. */
function fits({ type, properties = {} }: Schema, body: unknown, find: Find): boolean {
  if (!isRecord(body))
    return body === undefined || [type].flat().includes(Array.isArray(body) ? "array" : typeof body);
  return Object.entries(body).every(([name, value]) => {
    if (!(name in properties)) return false;
    const member = resolved(properties[name] ?? {}, undefined, find);
    return !("const" in member) || member.const === value;
  });
}

function isRecord(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
