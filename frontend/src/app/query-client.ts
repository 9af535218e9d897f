import { type Query, QueryCache, QueryClient } from "@tanstack/react-query";
import { keepDraftsOf } from "@/lib/draft";
import { isPassing } from "@/lib/problem";
import { session, userOf } from "@/lib/session";

/** Milliseconds until what could not be loaded is asked for again; the last of them from then on. */
const AGAIN = [5_000, 10_000, 20_000, 30_000] as const;

/**
 * Refusals are final; outages are tried twice more, and then ever more seldom, as long as somebody looks at a page that
 * says so, and at once when the connection is back. What is there already stays, and follows its own pace.
 */
export const makeQueryClient = () =>
  new QueryClient({
    queryCache: new QueryCache({ onError: (error, query) => isPassing(error) && tryAgain(query) }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        networkMode: "always",
        // Not by itself in this mode.
        refetchOnReconnect: true,
        retry: (failures, error) => failures < 2 && isPassing(error),
        retryDelay: (failures) => 500 * 2 ** failures,
      },
      mutations: { networkMode: "always" },
    },
  });

export const queryClient = makeQueryClient();

/** How often each has been tried again, and when it will be. */
const tries = new WeakMap<object, { count: number; timer: number }>();

function tryAgain(query: Query<unknown, unknown>): void {
  const before = tries.get(query);
  window.clearTimeout(before?.timer);
  if (query.state.data !== undefined) return;
  const count = before?.count ?? 0;
  const wait = AGAIN[Math.min(count, AGAIN.length - 1)];
  const look = () => {
    if (query.state.status !== "error" || !query.isActive()) tries.delete(query);
    else if (document.visibilityState === "visible") query.fetch().catch(() => undefined);
    else tries.set(query, { count, timer: window.setTimeout(look, wait) });
  };
  tries.set(query, { count: count + 1, timer: window.setTimeout(look, wait) });
}

/** Nobody sees what another person has loaded or typed; who comes back to an open page finds it refreshed. */
export function followSession(client: QueryClient): () => void {
  let before = session.get();
  return session.subscribe(() => {
    const now = session.get();
    const user = userOf(now)?.id;
    if (userOf(before)?.id !== user) {
      client.clear();
      keepDraftsOf(user);
    } else if (before.phase === "ended" && now.phase === "in") {
      void client.invalidateQueries();
    }
    before = now;
  });
}
