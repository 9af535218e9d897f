/**
 * The API by its own description: `call("GET /api/customers/{id}", { path: { id } })`. The route says which path, query
 * and body it takes and what it answers, so a wrong one does not compile. `api.ts` does the rest.
 */
import { download, type RequestOptions, request, requestTagged, requestText, send, type Tagged } from "./api";
import type { Operations } from "./generated/operations.gen";

/** A verb and a path, as the document has them. */
export type Route = keyof Operations;

/** What a route answers when all is well. */
export type Answer<R extends Route> = Operations[R]["gives"];

/** What a route takes. Where it takes a key, it is from `useIntent`, or `null` where nothing changes, as in a preview. */
export type Input<R extends Route> = Path<R> &
  Pick<Operations[R]["takes"], "query" | "body"> &
  Terms<Operations[R]["takes"]> &
  (Operations[R] extends { text: infer Type } ? { contentType: Type } : unknown) & { signal?: AbortSignal };

/** What the names in a path stand for. */
export type Path<R extends Route> = Operations[R] extends { takes: infer Takes extends { path?: unknown } }
  ? Pick<Takes, "path">
  : never;

/** On which terms it is asked: once, and only of what has not changed. */
type Terms<Takes> = Takes extends { headers?: infer Named }
  ? ("Idempotency-Key" extends keyof Named ? { idempotencyKey: string | null } : unknown) &
      ("If-Match" extends keyof Named ? { ifMatch?: string | null } : unknown) &
      ("Prefer" extends keyof Named ? { prefer?: "respond-async" } : unknown)
  : unknown;

/** An argument that may be left out where all that is in it may. */
export type Argument<T> = Partial<T> extends T ? [input?: T] : [input: T];

/** Asks once and reads the answer. Throws `Problem`, or the abort of `signal`. */
export function call<R extends Route>(route: R, ...[input]: Argument<Input<R>>): Promise<Answer<R>> {
  return request(addressOf(route, input), optionsOf(route, input));
}

/** As `call`, with the ETag that a later change has to name. */
export function callTagged<R extends Route>(
  route: R,
  ...[input]: Argument<Input<R>>
): Promise<Tagged<Answer<R>>> {
  return requestTagged(addressOf(route, input), optionsOf(route, input));
}

/** As `call`, with the answer as it came, for who needs its status and headers. */
export function callRaw<R extends Route>(route: R, ...[input]: Argument<Input<R>>): Promise<Response> {
  return send(addressOf(route, input), optionsOf(route, input));
}

/** As `call`, of an answer that is text. */
export function callText<R extends Route>(route: R, ...[input]: Argument<Input<R>>): Promise<string> {
  return requestText(addressOf(route, input), optionsOf(route, input));
}

/** Fetches a file, and hands it to the browser's downloads. */
export function callFile<R extends Route>(
  route: R,
  filename: string,
  ...[input]: Argument<Input<R>>
): Promise<void> {
  return download(addressOf(route, input), filename, input?.query);
}

/** Where a route is, without its query. */
export function addressOf<R extends Route>(route: R, input?: Path<R>): string {
  const values = (input?.path ?? {}) as Record<string, string>;
  const template = route.slice(route.indexOf(" ") + 1);
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

/** The routes' types have seen to it that these fit together. */
function optionsOf<R extends Route>(route: R, input: Input<R> | undefined): RequestOptions {
  const { path: _, ...options } = { path: undefined, ...input };
  return { method: route.slice(0, route.indexOf(" ")), ...options } as RequestOptions;
}
