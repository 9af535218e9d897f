/** What the list of customers can show of each, and what somebody has chosen to see, which this browser remembers. */
import { t } from "@lingui/core/macro";
import { type ReactNode, useMemo, useState } from "react";
import type { Customer } from "@/lib/contract";
import { formatDate, formatMoney, formatNumber, formatRelative } from "@/lib/format";

export const COLUMN_IDS = [
  "phone",
  "city",
  "country",
  "tags",
  "createdAt",
  "orderCount",
  "totalSpend",
  "averageOrderValue",
  "lastOrderAt",
  "visits",
  "lastActiveAt",
] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

export type CustomerColumn = {
  id: ColumnId;
  header: string;
  cell: (customer: Customer) => ReactNode;
  /** In rem. */
  width: number;
  /** Numbers and moments stand right. */
  end?: boolean;
};

export const STANDARD: readonly ColumnId[] = [
  "city",
  "tags",
  "createdAt",
  "orderCount",
  "totalSpend",
  "lastActiveAt",
];

const KEY = "mini-crm-customer-columns";

/** Room for the name, and for the box by which somebody is chosen, in rem. */
const NAME = 11;
const BOX = 2.75;
/** With less than this, on phones, an address needs all of it. */
const LEAST = 26;

/** What is left out last where there is no room for all. */
const RANKS: readonly ColumnId[] = ["totalSpend", "orderCount", "lastActiveAt", "city", "tags", "createdAt"];

/** Those for which there is room beside the name, in `room` rem; in their order. */
export function fitting(
  columns: readonly CustomerColumn[],
  room: number,
  hasBox: boolean,
): readonly CustomerColumn[] {
  const rank = ({ id }: CustomerColumn) => (RANKS.includes(id) ? RANKS.indexOf(id) : RANKS.length);
  if (room < LEAST) return [];
  let left = room - NAME - (hasBox ? BOX : 0);
  const kept = new Set<ColumnId>();
  for (const column of [...columns].sort((a, b) => rank(a) - rank(b))) {
    if (column.width > left) continue;
    left -= column.width;
    kept.add(column.id);
  }
  return columns.filter(({ id }) => kept.has(id));
}

/** The chosen columns, in the order of all. */
export function useCustomerColumns(currency: string) {
  const [chosen, setChosen] = useState(kept);
  const columns = useMemo(() => allColumns(currency), [currency]);
  const shown = useMemo(() => columns.filter(({ id }) => chosen.includes(id)), [columns, chosen]);
  function choose(ids: readonly ColumnId[]) {
    setChosen(ids);
    try {
      localStorage.setItem(KEY, JSON.stringify(ids));
    } catch {
      // Not remembered then.
    }
  }
  return { columns, shown, chosen, choose };
}

function kept(): readonly ColumnId[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    // A column that this version does not know is left out.
    if (Array.isArray(read)) return COLUMN_IDS.filter((id) => read.includes(id));
  } catch {
    // As if nothing had been chosen.
  }
  return STANDARD;
}

function allColumns(currency: string): CustomerColumn[] {
  return [
    { id: "phone", header: t`Phone`, width: 8.5, cell: ({ phone }) => phone ?? <None /> },
    { id: "city", header: t`City`, width: 7, cell: ({ city }) => city ?? <None /> },
    { id: "country", header: t`Country`, width: 7, cell: ({ country }) => country ?? <None /> },
    { id: "tags", header: t`Tags`, width: 9.5, cell: ({ tags }) => <Tags tags={tags} /> },
    {
      id: "createdAt",
      header: t`Customer since`,
      width: 8,
      cell: ({ createdAt }) => formatDate(createdAt),
    },
    {
      id: "orderCount",
      header: t`Orders`,
      width: 5,
      end: true,
      cell: ({ orderCount }) => formatNumber(orderCount),
    },
    {
      id: "totalSpend",
      header: t`Spent`,
      width: 8.5,
      end: true,
      cell: ({ totalSpend }) => formatMoney(totalSpend, currency),
    },
    {
      id: "averageOrderValue",
      header: t`Average order`,
      width: 8.5,
      end: true,
      cell: ({ averageOrderValue }) => formatMoney(averageOrderValue, currency),
    },
    {
      id: "lastOrderAt",
      header: t`Last order`,
      width: 8.75,
      end: true,
      cell: ({ lastOrderAt }) => <span className="text-muted">{formatRelative(lastOrderAt)}</span>,
    },
    {
      id: "visits",
      header: t`Visits`,
      width: 5,
      end: true,
      cell: ({ visits }) => formatNumber(visits),
    },
    {
      id: "lastActiveAt",
      header: t`Last active`,
      width: 8.75,
      end: true,
      cell: ({ lastActiveAt }) => <span className="text-muted">{formatRelative(lastActiveAt)}</span>,
    },
  ];
}

const None = () => <span className="text-muted">–</span>;

/** As many as fit: the profile has all of them. */
function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return <None />;
  return <span title={tags.join(", ")}>{tags.join(", ")}</span>;
}
