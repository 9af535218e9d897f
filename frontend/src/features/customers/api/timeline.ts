import { useEffect, useState } from "react";
import type { TimelineEntry } from "@/lib/contract";
import { type CursorList, useCursorList } from "@/lib/cursor-list";
import { liveList } from "@/lib/live";

const ROUTE = "GET /api/customers/{id}/timeline";

/** What happened with somebody, newest first. */
export function useTimeline(id: string) {
  return useCursorList(["customers", id, "timeline"], ROUTE, {
    path: { id },
    pageSize: 20,
    refetchInterval: liveList,
  });
}

type MessageEntry = Extract<TimelineEntry, { kind: "message" }>;

/** So many messages are wanted at a time, and so many pages are looked through for them. */
const WANTED = 10;
const MOST_PAGES = 5;

/**
 * The messages among what happened with somebody: they have no list of their own. Looks on by itself past pages that are
 * about other things, up to a point.
 */
export function useMessages(id: string) {
  const all = useCursorList(["customers", id, "messages"], ROUTE, {
    path: { id },
    pageSize: 100,
    refetchInterval: liveList,
  });
  const [target, setTarget] = useState({ messages: WANTED, pages: MOST_PAGES });
  const messages = all.items.filter((entry): entry is MessageEntry => entry.kind === "message");
  const pages = all.data?.pages.length ?? 0;
  const { hasNextPage, isFetchNextPageError, isFetching, fetchNextPage } = all;
  const hasTooFew = hasNextPage && !isFetchNextPageError && messages.length < target.messages;
  const isLooking = hasTooFew && pages < target.pages;

  // For each page that has come.
  useEffect(() => {
    if (hasTooFew && pages < target.pages && !isFetching) void fetchNextPage();
  }, [hasTooFew, pages, target.pages, isFetching, fetchNextPage]);

  const list = {
    ...all,
    items: messages,
    isFetchingNextPage: all.isFetchingNextPage || isLooking,
    fetchNextPage: (options) => {
      setTarget({ messages: messages.length + WANTED, pages: pages + MOST_PAGES });
      return fetchNextPage(options);
    },
  } as CursorList<MessageEntry>;
  return { list, isLooking: isLooking && !all.isError, lookedBackTo: all.items.at(-1)?.at };
}
