/**
 * For tests: what the API's document says of an answer that a test gives, and of a request that the app makes. It is
 * held closed: a member that no answer has cannot be made up. Ids may be any text, since short ones read better.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { completed } from "./api-samples";

type Content = Record<string, unknown>;
type Description = { $ref?: string; content?: Content };
type Operation = {
  parameters?: { in: string; name: string }[];
  requestBody?: { content: Content };
  responses: Record<string, Description>;
};
type ApiDocument = { paths: Record<string, Record<string, Operation>> };

export type Answered = { response: Response; faults: string[] };

const DOCUMENT = join(import.meta.dirname, "../../../infra/openapi.json");
const document: ApiDocument = JSON.parse(readFileSync(DOCUMENT, "utf8"), closed);

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  validateSchema: false,
  // Each schema is used a few times; making it fast would take longer than it saves.
  code: { optimize: false },
});
ajv.addFormat("uuid", true);
ajv.addFormat("email", true);
ajv.addFormat("uri", true);
ajv.addFormat("date", /^\d{4}-\d\d-\d\d$/);
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
ajv.addSchema(document, "api");

const templates = Object.keys(document.paths).map((path) => ({
  path,
  // What is written out goes before names: /segments/preview is no segment.
  names: path.split("{").length - 1,
  matches: new RegExp(`^${path.replace(/\./g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
}));
templates.sort((a, b) => a.names - b.names);

/** The path of the document that an address belongs to. */
function pathOf(pathname: string, method: string): string | undefined {
  const verb = method.toLowerCase();
  return templates.find(({ path, matches }) => matches.test(pathname) && document.paths[path]?.[verb])?.path;
}

/** An answer as the server would give it, whole, and what it would never answer so. */
export async function asAnswered(method: string, pathname: string, given: Response): Promise<Answered> {
  const name = `${method} ${pathname} answers ${given.status}`;
  const path = pathOf(pathname, method);
  const described = path && document.paths[path]?.[method.toLowerCase()]?.responses[given.status];
  if (path === undefined || !described) {
    return { response: given, faults: isOfApi(pathname) ? [`${name}: it never does`] : [] };
  }
  const { content = {} } = described.$ref ? (at(described.$ref) as Description) : described;
  const [type] = Object.keys(content);
  const text = await given.clone().text();
  if (type === undefined) return { response: given, faults: text === "" ? [] : [`${name}: with a body`] };
  if (!/json$/.test(type)) return { response: given, faults: [] };
  const here = ["", "paths", path, method.toLowerCase(), "responses", String(given.status)].map(escaped);
  const schema = `${described.$ref ?? `#${here.join("/")}`}/content/${escaped(type)}/schema`;
  const told = parsed(text);
  if (told === undefined) return { response: given, faults: [`${name}: no JSON`] };
  const body = completed({ $ref: schema }, told, at);
  const headers = new Headers(given.headers);
  headers.set("content-type", type);
  const response = new Response(JSON.stringify(body), { status: given.status, headers });
  return { response, faults: faultsOfBody(name, schema, body) };
}

/** What the server would refuse of a request because of its form alone. */
export function faultsOfRequest(method: string, url: URL, text: string): string[] {
  const name = `${method} ${url.pathname}`;
  const path = pathOf(url.pathname, method);
  const operation = path && document.paths[path]?.[method.toLowerCase()];
  if (!operation) return [];
  const known = operation.parameters?.filter((one) => one.in === "query").map((one) => one.name) ?? [];
  const unknown = [...url.searchParams.keys()].filter((key) => !known.includes(key));
  const faults = unknown.map((key) => `${name}: takes no ${key}`);
  const type = "application/json";
  if (!operation.requestBody) return text === "" ? faults : [...faults, `${name}: takes no body`];
  if (text === "" || !(type in operation.requestBody.content)) return faults;
  const here = ["", "paths", path, method.toLowerCase(), "requestBody", "content", type, "schema"].map(
    escaped,
  );
  return [...faults, ...faultsOfBody(`${name} is asked`, `#${here.join("/")}`, parsed(text))];
}

function faultsOfBody(name: string, schema: string, body: unknown): string[] {
  const validate = ajv.getSchema(
    `api${schema.split("/").map(encodeURIComponent).join("/").replace("%23", "#")}`,
  );
  if (!validate) throw new Error(`Not in the document: ${schema}`);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const detail = params.additionalProperty ? ` (${params.additionalProperty})` : "";
    return `${name}: ${instancePath || "/"} ${message}${detail}`;
  });
}

/** What stands at a reference into the document. */
function at(reference: string): object {
  const steps = reference.slice(2).split("/");
  return steps.reduce<unknown>((value, step) => {
    return (value as Record<string, unknown>)[step.replace(/~1/g, "/").replace(/~0/g, "~")];
  }, document) as object;
}

const escaped = (step: string) => step.replace(/~/g, "~0").replace(/\//g, "~1");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isOfApi = (pathname: string) => /^\/(api|auth)\//.test(pathname);

/** Schemas that name their members have no others. */
function closed(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("properties" in value)) return value;
  const isSchema = "type" in value && value.type === "object" && !("additionalProperties" in value);
  return isSchema ? { ...value, additionalProperties: false } : value;
}
