import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { SearchX } from "lucide-react";
import { Missing } from "@/components/ui/missing";

/** Stands for a segment that could not be loaded. */
export function NoSegment(failed: { error: unknown; onRetry: () => void }) {
  return (
    <Missing
      {...failed}
      icon={<SearchX />}
      title={t`There is no such segment`}
      list={{ to: "/segments", label: t`All segments` }}
    >
      <Trans>It may have been deleted, or the address of this page is not complete.</Trans>
    </Missing>
  );
}
