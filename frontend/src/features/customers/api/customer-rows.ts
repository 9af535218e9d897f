/**
 * The rows of the list of customers, which may be a hundred thousand. They are kept as stretches, each a page of the API.
 * Looking again asks only for the first one, where what is new comes in, and for those on the screen: everything that was
 * loaded stays.
 */
import {
  keepPreviousData,
  type QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { type RefObject, useMemo } from "react";
import { call } from "@/lib/call";
import type { Customer, Page } from "@/lib/contract";
import type { Audience } from "../components/filter";

const PAGE = 100;

/** A page as it was asked for. */
export type Stretch = { cursor: string | null; items: readonly Customer[] };
export type Stretches = { stretches: readonly Stretch[]; next: string | null };

export type CustomerRows = ReturnType<typeof useCustomerRows>;

/** `inView`: the first and the last row on the screen. */
export function useCustomerRows(audience: Audience, inView: RefObject<readonly [number, number]>) {
  const client = useQueryClient();
  const key = rowsKey(audience);
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const cursors = cursorsToRefresh(client.getQueryData<Stretches>(key), inView.current);
      const pages = await Promise.all(cursors.map((cursor) => pageOf(audience, cursor, signal)));
      // What has been loaded meanwhile stays, too.
      const before = client.getQueryData<Stretches>(key);
      return refreshed(
        before,
        new Map(cursors.map((cursor, index) => [cursor, pages[index] as Page<Customer>])),
      );
    },
    placeholderData: keepPreviousData,
  });
  const more = useMutation({
    mutationKey: ["customers", "more"],
    mutationFn: (of: Audience) => loadMore(client, of),
    retry: false,
  });
  // What became of the next page of others says nothing of these.
  const isOfThese = JSON.stringify(more.variables) === JSON.stringify(audience);
  const { data } = query;
  const rows = useMemo(() => rowsOf(data), [data]);
  return {
    rows,
    hasMore: data !== undefined && data.next !== null,
    loadMore: () => more.mutate(audience),
    isLoadingMore: isOfThese && more.isPending,
    hasFailedToLoadMore: isOfThese && more.isError,
    isPending: query.isPending,
    isPlaceholderData: query.isPlaceholderData,
    error: query.error,
    refetch: () => void query.refetch(),
  };
}

const rowsKey = (audience: Audience) => ["customers", "rows", audience];

async function loadMore(client: QueryClient, audience: Audience): Promise<void> {
  const key = rowsKey(audience);
  const next = client.getQueryData<Stretches>(key)?.next;
  if (next === undefined || next === null) return;
  const page = await pageOf(audience, next);
  client.setQueryData<Stretches>(key, (now) => now && extended(now, next, page));
}

function pageOf(audience: Audience, cursor: string | null, signal?: AbortSignal): Promise<Page<Customer>> {
  const query = { limit: PAGE, ...(cursor !== null && { cursor }) };
  const options = signal ? { signal } : {};
  switch (audience.by) {
    case "everyone":
      return call("GET /api/customers", { query, ...options });
    case "search":
      return call("GET /api/customers", { query: { ...query, search: audience.search }, ...options });
    case "segment":
      return call("GET /api/segments/{id}/members", { path: { id: audience.segment }, query, ...options });
    case "rules":
      return call("POST /api/customers/search", {
        query,
        body: { rules: audience.rules },
        idempotencyKey: null,
        ...options,
      });
  }
}

/** Each customer once, where they stand first: one may come again when others have gone since. */
export function rowsOf(data: Stretches | undefined): Customer[] {
  const seen = new Set<string>();
  const rows: Customer[] = [];
  for (const { items } of data?.stretches ?? []) {
    for (const customer of items) {
      if (seen.has(customer.id)) continue;
      seen.add(customer.id);
      rows.push(customer);
    }
  }
  return rows;
}

/** The stretches to ask for again: the first, and those of the rows from `first` to `last`. */
export function cursorsToRefresh(
  data: Stretches | undefined,
  [first, last]: readonly [number, number],
): (string | null)[] {
  let from = 0;
  const cursors = (data?.stretches ?? []).filter(({ items }, index) => {
    const to = from + items.length;
    const isInView = from <= last && to > first;
    from = to;
    return index === 0 || isInView;
  });
  return cursors.length > 0 ? cursors.map(({ cursor }) => cursor) : [null];
}

/** `before` with pages that were asked for again. */
export function refreshed(
  before: Stretches | undefined,
  pages: ReadonlyMap<string | null, Page<Customer>>,
): Stretches {
  const head = pages.get(null);
  const begun = before?.stretches[0];
  const startsOver =
    head && (!begun || !before || before.stretches.length === 1 || !meets(begun.items, head.items));
  if (startsOver) return { stretches: [{ cursor: null, items: head.items }], next: head.nextCursor };
  if (!before) return { stretches: [], next: null };
  let { next } = before;
  const stretches = before.stretches.map((stretch, index) => {
    const page = pages.get(stretch.cursor);
    if (!page) return stretch;
    const pushedOut = after(stretch.items, page.items);
    if (index === before.stretches.length - 1 && pushedOut.length === 0) next = page.nextCursor;
    return { ...stretch, items: [...page.items, ...pushedOut] };
  });
  return { stretches, next };
}

/** `now` with the page that was found at its end, unless it has another end by now. */
export function extended(now: Stretches, cursor: string, page: Page<Customer>): Stretches {
  if (now.next !== cursor) return now;
  return { stretches: [...now.stretches, { cursor, items: page.items }], next: page.nextCursor };
}

/** What stood behind the last of the new items: pushed out by what came in before it, and not in the next stretch. */
function after(old: readonly Customer[], fresh: readonly Customer[]): readonly Customer[] {
  const last = fresh.at(-1);
  const at = last ? old.findIndex(({ id }) => id === last.id) : -1;
  return at < 0 ? [] : old.slice(at + 1);
}

/** Whether the new first page still reaches into the old one; if not, more is new than can be put together. */
function meets(old: readonly Customer[], fresh: readonly Customer[]): boolean {
  const known = new Set(old.map(({ id }) => id));
  return fresh.some(({ id }) => known.has(id));
}
