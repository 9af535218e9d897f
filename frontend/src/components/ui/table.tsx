import type { ReactNode } from "react";
import { Link } from "react-router";
import { cn } from "@/lib/cn";

export type Column<T> = {
  header: string;
  cell: (row: T) => ReactNode;
  /** Names the row: too long a text is cut off; on a phone it takes what room the others leave, and a second line. */
  main?: boolean;
  /** Numbers stand right. */
  end?: boolean;
  /** From which width of what holds the table on the column is shown; without it, always. */
  from?: "sm" | "md" | "lg";
};

const FROM = { sm: "hidden @lg:table-cell", md: "hidden @2xl:table-cell", lg: "hidden @4xl:table-cell" };

const MAIN =
  "max-w-72 @max-lg:w-full @max-lg:max-w-0 @max-lg:wrap-anywhere @max-lg:[&>a]:line-clamp-2 @max-lg:[&>p]:line-clamp-2 @lg:[&>a]:truncate @lg:[&>p]:truncate";

type TableProps<T> = {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
};

export function Table<T>({ caption, columns, rows, rowKey }: TableProps<T>) {
  return (
    <div className="@container overflow-x-auto">
      <table className="w-full text-left">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-muted">
            {columns.map((column) => (
              <th
                key={column.header}
                scope="col"
                className={cn(
                  "px-4 py-2.5 font-medium @lg:px-5",
                  column.end && "text-right",
                  column.from && FROM[column.from],
                )}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={rowKey(row)} className="relative hover:bg-sunken/60">
              {columns.map((column) => (
                <td
                  key={column.header}
                  className={cn(
                    "px-4 py-3 align-top @lg:px-5",
                    column.main && MAIN,
                    column.end && "text-right tabular-nums",
                    column.from && FROM[column.from],
                  )}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The link of a row; a click anywhere in the row follows it. */
export function RowLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link
      to={to}
      className="block font-medium wrap-anywhere after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
    >
      {children}
    </Link>
  );
}
