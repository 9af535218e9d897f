import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { UserX } from "lucide-react";
import { Missing } from "@/components/ui/missing";

/** Stands for a customer that could not be loaded. */
export function NoCustomer(failed: { error: unknown; onRetry: () => void }) {
  return (
    <Missing
      {...failed}
      icon={<UserX />}
      title={t`There is no such customer`}
      list={{ to: "/customers", label: t`All customers` }}
    >
      <Trans>They may have been deleted, or the address of this page is not complete.</Trans>
    </Missing>
  );
}
