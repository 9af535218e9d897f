import { plural, t } from "@lingui/core/macro";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { formatNumber } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { type CustomerRows, useCustomerRows } from "../api/customer-rows";
import type { CustomerColumn } from "./customer-columns";
import { CustomerTable } from "./customer-table";
import { type Audience, rulesOf } from "./filter";
import { SelectionBar } from "./selection-bar";
import { TagDialog } from "./tag-dialog";

/** Rows before the end at which the next ones are asked for. */
const NEAR = 60;
const STEP = 20;

type CustomerListProps = {
  audience: Audience;
  /** How many there are in all; not known of a search. */
  total: number | undefined;
  columns: readonly CustomerColumn[];
  empty: ReactNode;
};

/** The list in its four states, with further rows as one comes near its end, and whoever is chosen in it. */
export function CustomerList({ audience, total, columns, empty }: CustomerListProps) {
  const inView = useRef<readonly [number, number]>([0, 0]);
  const list = useCustomerRows(audience, inView);
  const mayWrite = useMay("write");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  /** Of whom it was said that all are chosen: of any others nobody has said so. */
  const [allOf, setAllOf] = useState<string | null>(null);
  const [tagging, setTagging] = useState(false);
  const [lastSeen, setLastSeen] = useState(0);

  const onView = useCallback((first: number, last: number) => {
    inView.current = [first, last];
    // Rounded, so that the list is made again now and then while one scrolls, and not for each row.
    setLastSeen(last - (last % STEP));
  }, []);

  const { rows, hasMore, isLoadingMore, hasFailedToLoadMore, loadMore } = list;
  const isNear = hasMore && !list.isPlaceholderData && lastSeen >= rows.length - NEAR;
  // A page may come without rows and yet be followed by one that has some: so after each of them once more.
  useEffect(() => {
    if (isNear && !isLoadingMore && !hasFailedToLoadMore) loadMore();
  });

  const asked = JSON.stringify(audience);
  if (allOf !== null && allOf !== asked) setAllOf(null);
  const isAll = allOf === asked;

  const toggle = useCallback(
    (id: string) => {
      setAllOf(null);
      setChosen((before) => {
        // Who is taken out of all leaves the others who are shown.
        const next = new Set(isAll ? rows.map((row) => row.id) : before);
        if (!next.delete(id)) next.add(id);
        return next;
      });
    },
    [isAll, rows],
  );

  function clear() {
    setAllOf(null);
    setChosen(new Set());
  }

  const areAllChosen =
    rows.length > 0 && (isAll || (chosen.size >= rows.length && rows.every(({ id }) => chosen.has(id))));
  function toggleAll() {
    if (areAllChosen) clear();
    else setChosen(new Set(rows.map(({ id }) => id)));
  }

  if (list.isPending) {
    return (
      <Card flush>
        <SkeletonRows />
      </Card>
    );
  }
  if (list.error && rows.length === 0) {
    return (
      <Card flush>
        <Failure error={list.error} onRetry={list.refetch} />
      </Card>
    );
  }
  if (rows.length === 0 && !hasMore) return <Card flush>{empty}</Card>;
  const mayChooseAll = audience.by === "segment" || rulesOf(audience) !== null;
  return (
    <>
      {mayWrite && (chosen.size > 0 || isAll) && (
        <SelectionBar
          count={isAll ? total : chosen.size}
          isAll={isAll}
          total={total}
          onAll={mayChooseAll && areAllChosen && hasMore ? () => setAllOf(asked) : undefined}
          onTag={() => setTagging(true)}
          onClear={clear}
        />
      )}
      <Card flush>
        {/* What answers the question before cannot be acted on: it may not be what is asked for now. */}
        <div
          aria-busy={list.isPlaceholderData}
          inert={list.isPlaceholderData}
          className={list.isPlaceholderData ? "opacity-80 transition-opacity" : undefined}
        >
          <CustomerTable
            rows={rows}
            columns={columns}
            total={total}
            hasMore={hasMore}
            isChosen={mayWrite ? (id) => isAll || chosen.has(id) : undefined}
            areAllChosen={areAllChosen}
            onToggle={toggle}
            onToggleAll={toggleAll}
            onView={onView}
          />
        </div>
        <Foot list={list} total={total} />
      </Card>
      <TagDialog
        open={tagging}
        whom={isAll ? { audience, count: total } : { ids: [...chosen] }}
        onClose={() => setTagging(false)}
        onDone={clear}
      />
    </>
  );
}

function Foot({ list, total }: { list: CustomerRows; total: number | undefined }) {
  const { rows, hasMore, isLoadingMore, hasFailedToLoadMore, loadMore } = list;
  const first = formatNumber(rows.length);
  const all = formatNumber(Math.max(total ?? 0, rows.length));
  return (
    <div className="flex min-h-14 flex-wrap items-center justify-between gap-3 px-5 py-2 text-sm text-muted">
      <p role="status">
        {!hasMore
          ? plural(rows.length, { one: "# customer, all shown", other: "# customers, all shown" })
          : total === undefined
            ? t`The first ${first} customers`
            : t`The first ${first} of ${all} customers`}
      </p>
      {hasFailedToLoadMore && <p className="text-danger">{t`The next page could not be loaded.`}</p>}
      {hasMore && (
        <Button busy={isLoadingMore} onClick={loadMore}>
          {t`Show more`}
        </Button>
      )}
    </div>
  );
}
