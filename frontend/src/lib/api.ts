/**
 * The HTTP client: bearer token, JSON, problems, cancellation. Features describe single requests on top of it; caching
 * is left to the query cache.
 */
import { Problem } from "./problem";
import { session } from "./session";

type Query = Record<string, string | number | undefined>;

export type RequestOptions = {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  query?: Query;
  signal?: AbortSignal;
  ifMatch?: string | null;
  /** Another token than the session's, for checking one before it is used. */
  token?: string;
};

export type Tagged<T> = { data: T; etag: string | null };

/** Sends one request and reads its JSON. Throws `Problem`, or the abort of `signal`. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await requestTagged<T>(path, options)).data;
}

/** As `request`, with the ETag that a later change has to name. */
export async function requestTagged<T>(path: string, options: RequestOptions = {}): Promise<Tagged<T>> {
  const response = await send(path, options);
  const etag = response.headers.get("etag");
  if (response.status === 204) return { data: undefined as T, etag };
  const text = await response.text();
  if (text === "") return { data: undefined as T, etag };
  try {
    return { data: JSON.parse(text) as T, etag };
  } catch {
    // Not our API: an error page of something in between, say.
    throw new Problem({ status: response.status, code: "unreadable", title: "The answer could not be read" });
  }
}

/** Fetches a file that needs the token, and hands it to the browser's downloads. */
export async function download(path: string, filename: string): Promise<void> {
  const blob = await (await send(path, {})).blob();
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const token = options.token ?? session.get().token;
  const headers = new Headers({ accept: "application/json, application/problem+json, text/csv" });
  if (token) headers.set("authorization", `Bearer ${token}`);
  if (options.body !== undefined) headers.set("content-type", "application/json");
  if (options.ifMatch) headers.set("if-match", options.ifMatch);

  let response: Response;
  try {
    response = await fetch(path + queryString(options.query), {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw Problem.offline();
  }
  if (!response.ok) {
    if (response.status === 401) session.expire(token);
    throw await Problem.fromResponse(response);
  }
  return response;
}

function queryString(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}
