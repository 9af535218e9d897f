import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { UserX } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Empty, Failure } from "@/components/ui/states";
import { Problem } from "@/lib/problem";

/** Stands for a customer who could not be loaded; where there is none, another try would not help. */
export function NoCustomer({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!(error instanceof Problem) || error.status !== 404) return <Failure error={error} onRetry={onRetry} />;
  return (
    <Empty
      icon={<UserX />}
      title={t`There is no such customer`}
      action={
        <ButtonLink to="/customers">
          <Trans>All customers</Trans>
        </ButtonLink>
      }
    >
      <Trans>They may have been deleted, or the address of this page is not complete.</Trans>
    </Empty>
  );
}
