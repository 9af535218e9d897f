import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Check, Copy } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { WebhookWithSecret } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { CopiedBox } from "./copied-box";
import { useCopy } from "./use-copy";

type SecretDialogProps = { made: WebhookWithSecret | undefined; onClose: () => void };

/** The secret of a webhook that was just made, or has just been given another one. */
export function SecretDialog({ made, onClose }: SecretDialogProps) {
  const { box, copied, copy, forget } = useCopy();
  const secret = made?.secret ?? "";
  const until = formatDateTime(made?.previousSecretUntil);

  function close() {
    forget();
    onClose();
  }

  return (
    <Dialog
      open={made !== undefined}
      title={made?.previousSecretUntil ? t`The new secret` : t`The secret of the webhook`}
      onClose={close}
      footer={
        <>
          <Button icon={copied === "done" ? <Check /> : <Copy />} onClick={() => void copy(secret)}>
            <Trans>Copy the secret</Trans>
          </Button>
          <Button look="primary" onClick={close}>
            <Trans>Done</Trans>
          </Button>
        </>
      }
    >
      <p className="text-muted">
        {made?.previousSecretUntil
          ? t`Give it to the receiver before ${until}: until then the former secret signs too, so nothing is refused meanwhile.`
          : t`Give it to the receiver, which verifies by it that an event is from here. Administrators can look at it again later.`}
      </p>
      <CopiedBox
        label={t`Secret`}
        hint={t`Libraries of Standard Webhooks take it as it stands here.`}
        text={secret}
        box={box}
        copied={copied}
      />
    </Dialog>
  );
}
