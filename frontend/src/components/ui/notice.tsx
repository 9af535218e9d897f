import type { ReactNode } from "react";

/** Something worth knowing that is not wrong, and what can be done about it. */
export function Notice({ text, action }: { text: string; action?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-info-soft px-4 py-2.5 text-sm text-info">
      <p>{text}</p>
      {action}
    </div>
  );
}
