import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";

export type Rejected = { key: string; what: string; reason: string };

type RejectedListProps = {
  /** So many of what was refused, in words. */
  noun: (count: number) => string;
  rejected: readonly Rejected[];
};

/** What of many was refused, each with its reason. */
export function RejectedList({ noun, rejected }: RejectedListProps) {
  const refused = noun(rejected.length);
  return (
    <div role="alert" className="rounded-lg border border-danger/30 bg-danger-soft px-4 py-3 text-sm">
      <p className="font-medium text-danger">
        <Trans>{refused} not accepted</Trans>
      </p>
      <ul aria-label={t`Not accepted`} className="mt-1 max-h-60 list-disc overflow-y-auto pl-5">
        {rejected.map(({ key, what, reason }) => (
          <li key={key} className="wrap-anywhere">
            <span className="font-medium">{what}</span>: {reason}
          </li>
        ))}
      </ul>
    </div>
  );
}
