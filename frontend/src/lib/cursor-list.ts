/** Lists that the API serves page by page behind an opaque cursor. */
import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
} from "@tanstack/react-query";
import { request } from "./api";
import { type Answer, type Argument, addressOf, type Input, type Path, type Route } from "./call";
import type { Page } from "./contract";
import { FIRST_PAGES } from "./live";

const PAGE_SIZE = 50;

/** Routes that take a cursor and answer with a page. */
export type ListRoute = {
  [R in Route]: Answer<R> extends Page<unknown>
    ? Input<R> extends { query?: { cursor?: string } }
      ? R
      : never
    : never;
}[Route];

/** What a route lists. */
export type Listed<R extends ListRoute> = Answer<R> extends Page<infer T> ? T : never;

export type CursorList<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>> & { items: T[] };

type Options<R extends ListRoute> = Path<R> & {
  /** What narrows it down. */
  query?: Omit<NonNullable<Input<R>["query"]>, "limit" | "cursor">;
  /** Milliseconds until the next refresh, given the items at hand and of how many pages they are; `false` for none. */
  refetchInterval?: (items: Listed<R>[], pages: number) => number | false;
  enabled?: boolean;
  pageSize?: number;
};

export function useCursorList<R extends ListRoute>(
  key: readonly unknown[],
  route: R,
  ...[options]: Argument<Options<R>>
): CursorList<Listed<R>> {
  const { query, refetchInterval, enabled = true, pageSize = PAGE_SIZE } = options ?? ({} as Options<R>);
  const list = useInfiniteQuery({
    queryKey: [...key, query ?? {}],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Listed<R>>>(addressOf(route, options), {
        query: { ...query, limit: pageSize, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    enabled,
    // They are read one after the other: long scrolls are left in peace, unless something is known to have changed.
    refetchOnWindowFocus: ({ state }) => isShort(state),
    refetchOnMount: ({ state }) => state.isInvalidated || isShort(state),
    refetchInterval: ({ state: { data } }) =>
      refetchInterval?.(data?.pages.flatMap((page) => page.items) ?? [], data?.pages.length ?? 0) ?? false,
  });
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) ?? [] };
}

const isShort = ({ data }: { data: InfiniteData<unknown> | undefined }) =>
  (data?.pages.length ?? 0) <= FIRST_PAGES;
