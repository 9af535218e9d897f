import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Check, Copy, Eye, EyeOff, RefreshCw } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FormProblem } from "@/components/ui/states";
import type { Webhook } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { useSecret } from "../api/webhooks";
import { CopiedBox } from "./copied-box";
import { RotateDialog } from "./rotate-dialog";
import { useCopy } from "./use-copy";

type SecretCardProps = { webhook: Webhook; etag: string | null; reload: () => Promise<unknown> };

/** The secret on demand, and how to get another one. */
export function SecretCard({ webhook, etag, reload }: SecretCardProps) {
  const look = useSecret(webhook.id);
  const { box, copied, copy, forget } = useCopy();
  const [rotating, setRotating] = useState(false);
  const { previousSecretUntil } = webhook;
  const until = formatDateTime(previousSecretUntil);
  // One that was rotated since is another one.
  const seen = look.data?.secretVersion === webhook.secretVersion ? look.data.secret : undefined;

  function hide() {
    look.reset();
    forget();
  }

  return (
    <Card title={t`Secret`}>
      <div className="grid gap-4">
        <p className="text-sm text-muted">
          {previousSecretUntil
            ? t`It was rotated: the former secret signs too until ${until}. Another rotation is possible then.`
            : t`By it the receiver verifies that an event is from here. The audit log tells who looked at it.`}
        </p>
        {seen !== undefined && (
          <CopiedBox
            label={t`Secret`}
            hint={t`Libraries of Standard Webhooks take it as it stands here.`}
            text={seen}
            box={box}
            copied={copied}
          />
        )}
        <FormProblem error={look.error} />
        <div className="flex flex-wrap gap-2">
          {seen !== undefined && (
            <Button icon={copied === "done" ? <Check /> : <Copy />} onClick={() => void copy(seen)}>
              <Trans>Copy the secret</Trans>
            </Button>
          )}
          <Button
            icon={seen === undefined ? <Eye aria-hidden /> : <EyeOff aria-hidden />}
            busy={look.isPending}
            onClick={() => (seen === undefined ? look.mutate() : hide())}
          >
            {seen === undefined ? t`Show the secret` : t`Hide it`}
          </Button>
          <Button icon={<RefreshCw aria-hidden />} onClick={() => setRotating(true)}>
            <Trans>Rotate</Trans>
          </Button>
        </div>
      </div>
      <RotateDialog
        webhook={webhook}
        etag={etag}
        reload={reload}
        open={rotating}
        onClose={() => setRotating(false)}
      />
    </Card>
  );
}
