import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { SearchX } from "lucide-react";
import { Missing } from "@/components/ui/missing";

/** Stands for a campaign that could not be loaded. */
export function NoCampaign(failed: { error: unknown; onRetry: () => void }) {
  return (
    <Missing
      {...failed}
      icon={<SearchX />}
      title={t`There is no such campaign`}
      list={{ to: "/campaigns", label: t`All campaigns` }}
    >
      <Trans>It may have been deleted as a draft, or the address is not complete.</Trans>
    </Missing>
  );
}
