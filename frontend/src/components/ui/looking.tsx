import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ReactNode, useEffect } from "react";
import type { CursorList } from "@/lib/cursor-list";
import { Button } from "./button";

/** So many pages without a find are read on by themselves; then somebody is asked. */
const IN_A_ROW = 5;

type LookingProps<T> = {
  list: CursorList<T>;
  /** What is looked for among what comes, be it that the server has left out the rest; without it, nothing is. */
  fits: ((item: T) => boolean) | undefined;
  /** The list as far as there is something to show. */
  children: ReactNode;
};

/**
 * Looks on through the pages of a list that is narrowed down, for as long as nothing of them fits. What is rare would
 * otherwise be found by reading all of it, page after page: so it stops now and then, and asks.
 */
export function Looking<T>({ list, fits, children }: LookingProps<T>) {
  const { data, hasNextPage, isPlaceholderData, isFetching, isFetchNextPageError, fetchNextPage } = list;
  const pages = data?.pages ?? [];
  const last = fits ? pages.findLastIndex(({ items }) => items.some(fits)) : 0;
  const without = pages.length - 1 - last;
  const mayLook = fits !== undefined && hasNextPage && !isPlaceholderData;
  const looks = mayLook && !isFetchNextPageError && without % IN_A_ROW !== 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once more for each page that has come
  useEffect(() => {
    if (looks && !isFetching) void fetchNextPage();
  }, [looks, isFetching, pages.length, fetchNextPage]);

  if (!mayLook || last >= 0) return children;
  return (
    <div className="grid justify-items-center gap-3 px-6 py-12 text-center">
      <p role="status" className="text-muted">
        {looks || list.isFetchingNextPage ? t`Looking through the list…` : t`None so far; the list goes on.`}
      </p>
      {isFetchNextPageError && (
        <p className="text-sm text-danger">
          <Trans>The next page could not be loaded.</Trans>
        </p>
      )}
      {!looks && (
        <Button busy={list.isFetchingNextPage} onClick={() => void fetchNextPage()}>
          <Trans>Look further</Trans>
        </Button>
      )}
    </div>
  );
}
