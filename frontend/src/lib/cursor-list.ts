/** Lists that the API serves page by page behind an opaque cursor. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { request } from "./api";
import type { Page } from "./contract";

const PAGE_SIZE = 50;

export type CursorList<T> = ReturnType<typeof useCursorList<T>>;

type Options<T> = {
  query?: Record<string, string | undefined>;
  /** Milliseconds until the next refresh, given the items at hand; `false` for none. */
  refetchInterval?: (items: T[]) => number | false;
  enabled?: boolean;
  pageSize?: number;
};

export function useCursorList<T>(key: readonly unknown[], path: string, options: Options<T> = {}) {
  const list = useInfiniteQuery({
    queryKey: [...key, options.query ?? {}],
    queryFn: ({ pageParam, signal }) =>
      request<Page<T>>(path, {
        query: { ...options.query, limit: options.pageSize ?? PAGE_SIZE, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
    refetchInterval: (query) =>
      options.refetchInterval?.(query.state.data?.pages.flatMap((page) => page.items) ?? []) ?? false,
  });
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) ?? [] };
}
