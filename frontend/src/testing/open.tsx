/** For tests: one page at its address, and a server that answers by method and path. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, type InitialEntry, RouterProvider } from "react-router";
import { vi } from "vitest";
import type { Route } from "@/lib/call";
import { json, problem } from "./signed-in";

export type Call = { query: URLSearchParams; body: string; headers: Headers; signal: AbortSignal | null };
export type Answer = (call: Call) => unknown;

/** A route with names in its path, as in `GET /api/customers/c1`. */
type Filled<R extends string> = R extends `${infer Start}{${string}}${infer Rest}`
  ? `${Start}${string}${Filled<Rest>}`
  : R;

/** Answers by routes that the API has; what is not one does not compile. */
export type Answers = { [R in Filled<Route>]?: Answer };

/** What is not a `Response` goes as JSON; what has no answer is not found. Answers with the calls made so far. */
export function serve(answers: Answers): (name: string) => Call[] {
  const calls: [string, Call][] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    const url = new URL(address, "http://localhost");
    const name = `${init.method ?? "GET"} ${url.pathname}`;
    const call: Call = {
      query: url.searchParams,
      body: String(init.body ?? ""),
      headers: new Headers(init.headers),
      signal: init.signal ?? null,
    };
    calls.push([name, call]);
    const answer = await answers[name as keyof Answers]?.(call);
    if (answer === undefined) return problem(404, "not_found");
    return answer instanceof Response ? answer : json(answer);
  });
  return (name) => calls.filter(([called]) => called === name).map(([, call]) => call);
}

/** A page of a list that has no further ones. */
export const all = (...items: unknown[]) => ({ items, nextCursor: null });

/** Renders `Component` at `address`, which `path` describes; any other page only tells its address. */
export function openPage(Component: () => ReactNode, path: string, address: InitialEntry) {
  const router = createMemoryRouter(
    [
      { path, Component },
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
