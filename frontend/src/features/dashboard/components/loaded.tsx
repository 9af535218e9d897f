import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure, SkeletonRows } from "@/components/ui/states";
import type { Page } from "@/lib/contract";

type LoadedProps<T> = {
  query: UseQueryResult<Page<T>>;
  empty: ReactNode;
  children: (items: T[], hasMore: boolean) => ReactNode;
};

/** The four states of a short list that refreshes itself. What is there stays when a refresh fails. */
export function Loaded<T>({ query, empty, children }: LoadedProps<T>) {
  if (query.data) {
    const { items, nextCursor } = query.data;
    return items.length === 0 ? empty : children(items, nextCursor !== null && nextCursor !== undefined);
  }
  if (query.isError)
    return <Failure error={query.error} onRetry={() => void query.refetch()} className="py-8" />;
  return <SkeletonRows rows={4} />;
}
