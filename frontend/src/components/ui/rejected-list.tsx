import { plural } from "@/lib/format";

export type Rejected = { key: string; what: string; reason: string };

type RejectedListProps = {
  /** One of what was refused, and many. */
  noun: [string, string];
  rejected: readonly Rejected[];
};

/** What of many was refused, each with its reason. */
export function RejectedList({ noun, rejected }: RejectedListProps) {
  return (
    <div role="alert" className="rounded-lg border border-danger/30 bg-danger-soft px-4 py-3 text-sm">
      <p className="font-medium text-danger">{plural(rejected.length, ...noun)} not accepted</p>
      <ul aria-label="Not accepted" className="mt-1 max-h-60 list-disc overflow-y-auto pl-5">
        {rejected.map(({ key, what, reason }) => (
          <li key={key} className="wrap-anywhere">
            <span className="font-medium">{what}</span>: {reason}
          </li>
        ))}
      </ul>
    </div>
  );
}
