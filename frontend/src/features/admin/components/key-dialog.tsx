import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Check, Copy } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ApiKey } from "@/lib/contract";
import { CopiedBox } from "./copied-box";
import { useCopy } from "./use-copy";

type KeyDialogProps = { created: ApiKey | undefined; onClose: () => void };

/** A key that was just created: the only time that anybody sees it. */
export function KeyDialog({ created, onClose }: KeyDialogProps) {
  const { box, copied, copy, forget } = useCopy();

  function close() {
    forget();
    onClose();
  }

  const [key, name] = [created?.key ?? "", created?.name ?? ""];
  return (
    <Dialog
      open={created !== undefined}
      title={t`The key of “${name}”`}
      onClose={close}
      footer={
        <>
          <Button icon={copied === "done" ? <Check /> : <Copy />} onClick={() => void copy(key)}>
            <Trans>Copy the key</Trans>
          </Button>
          <Button look="primary" onClick={close}>
            <Trans>I have kept it</Trans>
          </Button>
        </>
      }
    >
      <p className="text-muted">
        <Trans>
          Keep it where secrets are kept. It is shown this once: whoever loses it creates another one, and
          revokes this one.
        </Trans>
      </p>
      <CopiedBox
        label={t`API key`}
        hint={t`It goes into the header Authorization, after Bearer.`}
        text={key}
        box={box}
        copied={copied}
      />
    </Dialog>
  );
}
