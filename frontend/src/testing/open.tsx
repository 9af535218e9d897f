/** For tests: one page at its address, and a server that answers by method and path. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { HttpResponse, http } from "msw/http";
import { setupServer } from "msw/node";
import type { ReactNode } from "react";
import { createMemoryRouter, type InitialEntry, RouterProvider } from "react-router";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { Route } from "@/lib/call";
import { asAnswered, faultsOfRequest } from "./api-document";
import { json, problem } from "./signed-in";

export type Call = { query: URLSearchParams; body: string; headers: Headers; signal: AbortSignal };
export type Answer = (call: Call) => unknown;

/** A route with names in its path, as in `GET /api/customers/c1`. */
type Filled<R extends string> = R extends `${infer Start}{${string}}${infer Rest}`
  ? `${Start}${string}${Filled<Rest>}`
  : R;

/** What is served beside the API. */
type Beside = "GET /config.json" | "POST /local/identity/token";

/** Answers by routes that there are; what is not one does not compile. */
export type Answers = { [R in Filled<Route> | Beside]?: Answer };

const server = setupServer();
let faults: string[] = [];

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => {
  server.resetHandlers();
  const found = faults;
  faults = [];
  expect.soft(found, "what the API's document does not have").toEqual([]);
});
afterAll(() => server.close());

/**
 * What is not a `Response` goes as JSON; what has no answer is not found; what throws is a lost connection. A test fails
 * by an answer that the API's document does not have, or by a request that the server would refuse by its form and that
 * the test takes. Answers with the calls made so far.
 */
export function serve(answers: Answers): (name: string) => Call[] {
  const calls: [string, Call][] = [];
  server.use(
    http.all("*", async ({ request }) => {
      const url = new URL(request.url);
      const name = `${request.method} ${url.pathname}`;
      const body = await request.text();
      const call: Call = { query: url.searchParams, body, headers: request.headers, signal: request.signal };
      calls.push([name, call]);
      try {
        const answer = await answers[name as keyof Answers]?.(call);
        if (answer === undefined) return problem(404, "not_found");
        const given = answer instanceof Response ? answer : json(answer);
        if (ofAnother.has(given)) return given;
        const answered = await asAnswered(request.method, url.pathname, given);
        faults.push(...answered.faults);
        if (given.ok) faults.push(...faultsOfRequest(request.method, url, body));
        return answered.response;
      } catch {
        return HttpResponse.error();
      }
    }),
  );
  return (name) => calls.filter(([called]) => called === name).map(([, call]) => call);
}

const ofAnother = new WeakSet<Response>();

/** An answer that the API does not give, of a newer one or of something in between, and that the app has to bear. */
export function unlike(answer: Response): Response {
  ofAnother.add(answer);
  return answer;
}

/** A page of a list that has no further ones. */
export const all = (...items: unknown[]) => ({ items, nextCursor: null });

/** Renders `Component` at `address`, which `path` describes; any other page only tells its address. */
export function openPage(Component: () => ReactNode, path: string, address: InitialEntry) {
  return openPages({ [path]: Component }, address);
}

/** As `openPage`, of pages that are gone between and share what is loaded. */
export function openPages(pages: Record<string, () => ReactNode>, address: InitialEntry) {
  const router = createMemoryRouter(
    [
      ...Object.entries(pages).map(([path, Component]) => ({ path, Component })),
      { path: "*", element: <p>Elsewhere</p> },
    ],
    { initialEntries: [address] },
  );
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return router;
}
