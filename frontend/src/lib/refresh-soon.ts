/** What is shown of something that goes through a queue first, which mostly takes less than a second, and longer behind a large import. */
import {
  hashKey,
  type InfiniteData,
  type Query,
  type QueryClient,
  type QueryKey,
} from "@tanstack/react-query";
import { FIRST_PAGES } from "./live";

const WAITS = [500, 2_000, 5_000, 15_000, 30_000, 45_000];
/** A long scroll is read page after page, so it is read when the queue has most likely come to it, and once after a wait. */
const WAITS_OF_LONG = [2_000, 30_000];

type Timer = ReturnType<typeof setTimeout>;
const timers = new WeakMap<QueryClient, Map<string, Timer[]>>();

/** Asks for all below each key again, a few times over the next seconds: after the last of several changes in a row. */
export function refreshSoon(client: QueryClient, ...keys: QueryKey[]): void {
  const pending = timers.get(client) ?? new Map<string, Timer[]>();
  timers.set(client, pending);
  for (const queryKey of keys) {
    const name = hashKey(queryKey);
    for (const timer of pending.get(name) ?? []) clearTimeout(timer);
    const look = (wait: number) => () =>
      void client.invalidateQueries({
        queryKey,
        predicate: (query) => WAITS_OF_LONG.includes(wait) || !isLong(query),
      });
    pending.set(
      name,
      WAITS.map((wait) => setTimeout(look(wait), wait)),
    );
  }
}

function isLong({ state }: Query): boolean {
  const data = state.data as InfiniteData<unknown> | undefined;
  return Array.isArray(data?.pages) && data.pages.length > FIRST_PAGES;
}
