import { t } from "@lingui/core/macro";

type FiguresTableProps<T> = {
  caption: string;
  /** What names each row. */
  of: { header: string; cell: (row: T) => string };
  figures: readonly { header: string; cell: (row: T) => string }[];
  rows: readonly T[];
  rowKey: (row: T) => string;
};

/** The figures of a chart, for who would rather read them; long ones scroll. */
export function FiguresTable<T>({ caption, of, figures, rows, rowKey }: FiguresTableProps<T>) {
  return (
    <section
      className="max-h-96 overflow-auto rounded-lg border border-line"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
      tabIndex={0}
      aria-label={t`Figures`}
    >
      <table className="w-full text-sm tabular-nums">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-sunken text-xs text-muted">
          <tr>
            <th scope="col" className="px-2.5 py-2 sm:px-4 text-left font-medium capitalize">
              {of.header}
            </th>
            {figures.map(({ header }) => (
              <th key={header} scope="col" className="px-2.5 py-2 sm:px-4 text-right font-medium">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              <th scope="row" className="px-2.5 py-2 sm:px-4 text-left font-normal">
                {of.cell(row)}
              </th>
              {figures.map(({ header, cell }) => (
                <td key={header} className="px-2.5 py-2 sm:px-4 text-right">
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
