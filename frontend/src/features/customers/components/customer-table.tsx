/** The table of customers. Only rows on and near the screen are in the page, whatever the number of those that are loaded. */
import { t } from "@lingui/core/macro";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { RowLink } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import type { Customer } from "@/lib/contract";
import { type CustomerColumn, fitting } from "./customer-columns";

/** Height of every row, in rem; texts are cut off to fit. */
const ROW = 4;
/** Rows beyond both edges of the screen. */
const OVERSCAN = 12;

type CustomerTableProps = {
  rows: readonly Customer[];
  columns: readonly CustomerColumn[];
  /** How many there are in all; not known of a search. */
  total: number | undefined;
  hasMore: boolean;
  /** Who is chosen; without it nobody can be. */
  isChosen?: ((id: string) => boolean) | undefined;
  areAllChosen: boolean;
  onToggle: (id: string) => void;
  onToggleAll: () => void;
  /** The first and the last row on the screen. */
  onView: (first: number, last: number) => void;
};

export function CustomerTable(props: CustomerTableProps) {
  const { rows, total, hasMore, isChosen, areAllChosen, onToggle, onToggleAll, onView } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  const [room, setRoom] = useState(Number.POSITIVE_INFINITY);
  const height = ROW * rem();
  const hasBox = isChosen !== undefined;
  const columns = useMemo(() => fitting(props.columns, room, hasBox), [props.columns, room, hasBox]);

  useLayoutEffect(() => {
    const measure = () => {
      const box = body.current?.getBoundingClientRect();
      if (!box) return;
      setTop(Math.round(box.top + window.scrollY));
      // Not of the table: too many columns would stretch it, and then seem to have room.
      const width = body.current?.closest("table")?.parentElement?.getBoundingClientRect().width ?? 0;
      if (width > 0) setRoom(width / rem());
    };
    measure();
    if (typeof ResizeObserver === "undefined") return;
    // Whatever grows above the table makes the page longer.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: top,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);

  useEffect(() => {
    if (first && last) onView(first.index, last.index);
  }, [first, last, onView]);

  const before = first ? first.start - top : 0;
  const after = last ? virtualizer.getTotalSize() - (last.end - top) : 0;
  const width = columns.length + (hasBox ? 2 : 1);
  const rowCount = hasMore ? (total === undefined ? -1 : Math.max(total, rows.length) + 1) : rows.length + 1;

  return (
    <table className="w-full table-fixed text-left" aria-rowcount={rowCount}>
      <caption className="sr-only">{t`Customers`}</caption>
      <thead>
        <tr className="border-b border-line text-xs text-muted" aria-rowindex={1}>
          {hasBox && (
            <th scope="col" className="w-11 pl-4 align-middle sm:pl-5">
              <input
                type="checkbox"
                aria-label={t`Select all shown`}
                checked={areAllChosen}
                onChange={onToggleAll}
                className="block size-4.5 accent-accent"
              />
            </th>
          )}
          <th scope="col" className="px-4 py-2.5 font-medium">
            {t`Customer`}
          </th>
          {columns.map(({ id, header, width, end }) => (
            <th
              key={id}
              scope="col"
              style={{ width: `${width}rem` }}
              className={cn("truncate px-3 py-2.5 font-medium", end && "text-right")}
            >
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        <Space height={before} width={width} />
        {items.map(({ index, key }) => {
          const customer = rows[index];
          return (
            customer && (
              <Row
                key={key}
                customer={customer}
                place={index + 2}
                columns={columns}
                isChosen={isChosen?.(customer.id)}
                onToggle={onToggle}
              />
            )
          );
        })}
        <Space height={after} width={width} />
      </tbody>
    </table>
  );
}

type RowProps = {
  customer: Customer;
  place: number;
  columns: readonly CustomerColumn[];
  isChosen: boolean | undefined;
  onToggle: (id: string) => void;
};

/** While the page is scrolled, rows that stay are not made again. */
const Row = memo(function Row({ customer, place, columns, isChosen, onToggle }: RowProps) {
  const name = customer.name || customer.email;
  return (
    <tr
      aria-rowindex={place}
      style={{ height: `${ROW}rem` }}
      className={cn(
        "relative shadow-[inset_0_-1px_0_var(--line)]",
        isChosen ? "bg-accent-soft/60" : "hover:bg-sunken/60",
      )}
    >
      {isChosen !== undefined && (
        <td className="pl-4 sm:pl-5">
          {/* Over the link that fills the row. */}
          <input
            type="checkbox"
            aria-label={t`Select ${name}`}
            checked={isChosen}
            onChange={() => onToggle(customer.id)}
            className="relative z-10 block size-4.5 accent-accent"
          />
        </td>
      )}
      <td className="px-4 [&>a]:truncate [&>p]:truncate">
        <RowLink to={`/customers/${encodeURIComponent(customer.id)}`}>{name}</RowLink>
        {customer.name && <p className="text-sm text-muted">{customer.email}</p>}
      </td>
      {columns.map(({ id, cell, end }) => (
        <td key={id} className={cn("px-3", end && "text-right tabular-nums")}>
          <div className="truncate">{cell(customer)}</div>
        </td>
      ))}
    </tr>
  );
});

/** The room of rows that are not in the page. */
function Space({ height, width }: { height: number; width: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden style={{ height }}>
      <td colSpan={width} />
    </tr>
  );
}

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}
