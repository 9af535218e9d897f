/**
 * One exchange with the server: JSON out, a problem for every refusal and every lost connection. It knows nothing of
 * sessions; requests that need a signed-in user go through `api.ts`.
 */
import { t } from "@lingui/core/macro";
import { Problem } from "./problem";

export type Exchange = {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  headers?: Record<string, string>;
  body?: unknown;
  /** Of a body that is text and goes as it is; without it, a body goes as JSON. */
  contentType?: string | undefined;
  signal?: AbortSignal | undefined;
};

/** The answer, when it is a good one. Throws `Problem`, or the abort of `signal`. */
export async function exchange(address: string, options: Exchange = {}): Promise<Response> {
  const headers = new Headers({
    accept: "application/json, application/problem+json, text/csv",
    ...options.headers,
  });
  const { body, contentType } = options;
  if (body !== undefined) headers.set("content-type", contentType ?? "application/json");
  let response: Response;
  try {
    response = await fetch(address, {
      method: options.method ?? "GET",
      headers,
      body: body === undefined ? null : contentType ? String(body) : JSON.stringify(body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw Problem.offline();
  }
  if (!response.ok) throw await Problem.fromResponse(response);
  return response;
}

/** The JSON of an answer; `undefined` when it is empty. */
export async function readJson<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (text === "") return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    // Not our API: an error page of something in between, say.
    throw new Problem({
      status: response.status,
      code: "unreadable",
      title: t`The answer could not be read`,
    });
  }
}
