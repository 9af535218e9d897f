import { t } from "@lingui/core/macro";
import { type Column, Table } from "@/components/ui/table";
import type { ImportKind } from "@/lib/contract";
import { type Choice, choicesFor, fieldName, readAllTheSame } from "./columns";

type ColumnsInputProps = {
  kind: ImportKind;
  columns: readonly string[];
  /** The first rows below the names. */
  rows: readonly string[][];
  choice: Choice;
  disabled: boolean;
  /** What the server refuses, by field. */
  faults: Record<string, string>;
  onChange: (choice: Choice) => void;
};

type Shown = { name: string; samples: string[]; at: number };

/** Each column of a file with its first values, and the field that it becomes. */
export function ColumnsInput({ kind, columns, rows, choice, disabled, faults, onChange }: ColumnsInputProps) {
  const read = new Map(readAllTheSame(kind, columns, choice));
  const shown = columns.map((name, at) => ({
    name: name || t`Column ${at + 1}`,
    at,
    samples: rows.map((row) => row[at]?.trim() ?? "").filter(Boolean),
  }));
  const table: Column<Shown>[] = [
    {
      header: t`Column`,
      main: true,
      cell: ({ name, samples }) => (
        <>
          <p className="font-medium">{name}</p>
          <div className="line-clamp-3 text-sm wrap-anywhere text-muted sm:hidden">
            {samples.join(" · ") || t`empty`}
          </div>
        </>
      ),
    },
    {
      header: t`First rows`,
      from: "sm",
      cell: ({ samples }) => (
        <ul className="max-w-72 text-sm text-muted">
          {samples.length === 0 && <li>{t`empty`}</li>}
          {samples.map((sample, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: values of a file that does not change
            <li key={index} className="truncate">
              {sample}
            </li>
          ))}
        </ul>
      ),
    },
    {
      header: t`Becomes`,
      cell: ({ name, at }) => {
        const field = choice[at] ?? "";
        const fault = field === "" ? undefined : faults[`mapping.${field}`];
        const kept = read.get(at);
        const note = `column-note-${at}`;
        return (
          <>
            <select
              aria-label={t`${name} becomes`}
              aria-invalid={fault ? true : undefined}
              aria-describedby={fault || kept ? note : undefined}
              disabled={disabled || columns[at] === ""}
              value={field}
              onChange={(event) => onChange(choice.with(at, event.target.value))}
              className="control max-w-80 min-w-40"
            >
              <option value="">{t`Not used`}</option>
              {choicesFor(kind, columns[at] ?? "").map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
            {(fault || kept) && (
              <p id={note} className={fault ? "mt-1 text-sm text-danger" : "mt-1 text-sm text-warn"}>
                {fault ?? t`Read as ${fieldName(kind, kept ?? "")} all the same, because of its name.`}
              </p>
            )}
          </>
        );
      },
    },
  ];
  return (
    <div className="overflow-hidden rounded-xl border border-line">
      <Table
        caption={t`Columns of the file, and what they become`}
        columns={table}
        rows={shown}
        rowKey={({ at }) => String(at)}
      />
    </div>
  );
}
