import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { SearchX } from "lucide-react";
import { Missing } from "@/components/ui/missing";

/** Stands for a webhook that could not be loaded. */
export function NoWebhook(failed: { error: unknown; onRetry: () => void }) {
  return (
    <Missing
      {...failed}
      icon={<SearchX />}
      title={t`There is no such webhook`}
      list={{ to: "/webhooks", label: t`All webhooks` }}
    >
      <Trans>It may have been deleted, or the address of this page is not complete.</Trans>
    </Missing>
  );
}
