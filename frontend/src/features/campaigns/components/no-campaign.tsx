import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { SearchX } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Empty, Failure } from "@/components/ui/states";
import { Problem } from "@/lib/problem";

/** Stands for a campaign that could not be loaded; where there is none, another try would not help. */
export function NoCampaign({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!(error instanceof Problem) || error.status !== 404) return <Failure error={error} onRetry={onRetry} />;
  return (
    <Empty
      icon={<SearchX />}
      title={t`There is no such campaign`}
      action={
        <ButtonLink to="/campaigns">
          <Trans>All campaigns</Trans>
        </ButtonLink>
      }
    >
      <Trans>It may have been deleted as a draft, or the address is not complete.</Trans>
    </Empty>
  );
}
