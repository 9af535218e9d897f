import { Trans } from "@lingui/react/macro";
import { type ReactNode, useEffect, useRef } from "react";
import type { CursorList } from "@/lib/cursor-list";
import { Button } from "./button";
import { Failure, SkeletonRows } from "./states";

type ListViewProps<T> = {
  list: CursorList<T>;
  /** So many of what the list holds, in words: `plural(count, { one: "# order", other: "# orders" })`. */
  noun: (count: number) => string;
  empty: ReactNode;
  /** Says in the place of the number how much of the list is seen, where not all that is loaded is shown. */
  said?: string | undefined;
  /** Leaves further pages to the button: where something else stands below the list. */
  onDemand?: boolean;
  children: (items: T[]) => ReactNode;
};

/** The four states of every list (loading, failed, empty, filled) and its further pages. */
export function ListView<T>({ list, noun, empty, said, onDemand = false, children }: ListViewProps<T>) {
  if (list.isPending) return <SkeletonRows />;
  if (list.isError && list.items.length === 0) {
    return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  }
  // A page may come without items and yet be followed by one that has some.
  if (list.items.length === 0 && !list.hasNextPage) return empty;
  const shown = noun(list.items.length);
  return (
    <div aria-busy={list.isPlaceholderData}>
      {/* What answers the question before cannot be acted on: it may not be what is asked for now. */}
      <div
        inert={list.isPlaceholderData}
        className={list.isPlaceholderData ? "opacity-80 transition-opacity" : undefined}
      >
        {children(list.items)}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line px-5 py-3 text-sm text-muted">
        <p role="status">
          {said ?? (list.hasNextPage ? <Trans>The first {shown}</Trans> : <Trans>{shown}, all shown</Trans>)}
        </p>
        {list.isFetchNextPageError && (
          <p className="text-danger">
            <Trans>The next page could not be loaded.</Trans>
          </p>
        )}
        {list.hasNextPage && (
          <NextPage
            busy={list.isFetchingNextPage}
            byItself={!onDemand && !list.isFetchNextPageError}
            onLoad={() => void list.fetchNextPage()}
          />
        )}
      </div>
    </div>
  );
}

/** A button that presses itself as it comes near the screen, where that is wanted and the last attempt has not failed. */
function NextPage({ busy, byItself, onLoad }: { busy: boolean; byItself: boolean; onLoad: () => void }) {
  const marker = useRef<HTMLSpanElement>(null);
  const load = useRef(onLoad);
  load.current = onLoad;

  useEffect(() => {
    const target = marker.current;
    if (!target || busy || !byItself || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) load.current();
      },
      { rootMargin: "400px" },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [busy, byItself]);

  return (
    <span ref={marker}>
      <Button busy={busy} onClick={onLoad}>
        <Trans>Show more</Trans>
      </Button>
    </span>
  );
}
