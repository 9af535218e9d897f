/** What is shown of something that goes through a queue first, which mostly takes less than a second, and longer behind a large import. */
import type { QueryClient } from "@tanstack/react-query";

const WAITS = [500, 2_000, 5_000, 15_000, 30_000, 45_000];

/** Asks for all below `key` again, a few times over the next seconds. */
export function refreshSoon(queryClient: QueryClient, ...keys: string[]): void {
  for (const wait of WAITS) {
    setTimeout(() => {
      for (const key of keys) void queryClient.invalidateQueries({ queryKey: [key] });
    }, wait);
  }
}
