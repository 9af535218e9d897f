/**
 * The API as a signed-in user: bearer token, renewed when it has run out, query and body. Features describe single
 * requests on top of it; caching is left to the query cache.
 */
import { t } from "@lingui/core/macro";
import { freshToken, tokenAfter } from "./auth";
import { exchange, readJson } from "./http";
import { Problem } from "./problem";
import { session } from "./session";

type Query = Record<string, string | number | undefined>;

export type RequestOptions = { query?: Query; signal?: AbortSignal } & (
  | {
      method?: "GET";
      body?: never;
      contentType?: never;
      ifMatch?: never;
      idempotencyKey?: never;
      prefer?: never;
    }
  | {
      method: "POST";
      body?: unknown;
      /** Of a body that is text already. */
      contentType?: string;
      ifMatch?: string | null;
      /** From `useIntent`, so that a repeated request is done once; `null` where nothing changes, as in a preview. */
      idempotencyKey: string | null;
      /** Rather wait than do without what is busy (RFC 7240). */
      prefer?: "respond-async";
    }
  | {
      method: "PATCH" | "DELETE";
      body?: unknown;
      contentType?: never;
      ifMatch?: string | null;
      idempotencyKey?: never;
      prefer?: never;
    }
);

export type Tagged<T> = { data: T; etag: string | null };

/** Sends one request and reads its JSON. Throws `Problem`, or the abort of `signal`. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await requestTagged<T>(path, options)).data;
}

/** As `request`, with the ETag that a later change has to name. */
export async function requestTagged<T>(path: string, options: RequestOptions = {}): Promise<Tagged<T>> {
  const response = await send(path, options);
  return { data: await readJson<T>(response), etag: response.headers.get("etag") };
}

/** As `request`, for an answer that is text. */
export async function requestText(path: string, options: RequestOptions = {}): Promise<string> {
  return (await send(path, options)).text();
}

/** Fetches a file that needs the token, and hands it to the browser's downloads. */
export async function download(path: string, filename: string, query?: Query): Promise<void> {
  const blob = await (await send(path, query ? { query } : {})).blob();
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * The answer as it came, when it is a good one. A refused token is renewed once, and the request sent again as it was;
 * refused again, the session has ended.
 */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const token = await freshToken();
  // Not worth asking: a page under the sign-in form goes on refreshing what it shows.
  if (token === null) throw signedOut();
  try {
    return await attempt(path, options, token);
  } catch (error) {
    if (!isRefusedToken(error)) throw error;
    const next = await tokenAfter(token);
    if (next === null) throw error;
    try {
      return await attempt(path, options, next);
    } catch (again) {
      if (isRefusedToken(again)) session.expire(next);
      throw again;
    }
  }
}

function attempt(path: string, options: RequestOptions, token: string): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (options.ifMatch) headers["if-match"] = options.ifMatch;
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  if (options.prefer) headers.prefer = options.prefer;
  return exchange(path + queryString(options.query), {
    method: options.method ?? "GET",
    headers,
    body: options.body,
    contentType: options.contentType,
    signal: options.signal,
  });
}

function isRefusedToken(error: unknown): boolean {
  return error instanceof Problem && error.status === 401;
}

function signedOut(): Problem {
  return new Problem({ status: 401, code: "unauthorized", title: t`You are not signed in` });
}

function queryString(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}
