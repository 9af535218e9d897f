import { QueryClient } from "@tanstack/react-query";
import { keepDraftsOf } from "@/lib/draft";
import { isPassing } from "@/lib/problem";
import { session, userOf } from "@/lib/session";

/** Refusals are final; outages are tried twice more. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      networkMode: "always",
      retry: (failures, error) => failures < 2 && isPassing(error),
      retryDelay: (failures) => 500 * 2 ** failures,
    },
    mutations: { networkMode: "always" },
  },
});

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
