import type { ReactNode } from "react";

export type Fact = { label: string; value: ReactNode };

/** Terms and their values. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid grid-cols-[fit-content(45%)_minmax(0,1fr)] gap-x-6 gap-y-2 text-sm">
      {facts.map((fact) => (
        <div key={fact.label} className="contents">
          <dt className="min-w-0 text-muted wrap-anywhere">{fact.label}</dt>
          <dd className="text-right wrap-anywhere tabular-nums">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A figure with its name, for rows of figures. */
export function Figure({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="text-xl font-semibold tracking-tight tabular-nums wrap-anywhere">{value}</dd>
      {note && <dd className="text-xs text-muted">{note}</dd>}
    </div>
  );
}
