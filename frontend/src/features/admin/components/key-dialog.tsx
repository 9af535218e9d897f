import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import type { ApiKey } from "@/lib/contract";

type KeyDialogProps = { created: ApiKey | undefined; onClose: () => void };

/** A key that was just created: the only time that anybody sees it. */
export function KeyDialog({ created, onClose }: KeyDialogProps) {
  const box = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<"" | "done" | "failed">("");

  async function copy(key: string) {
    try {
      await navigator.clipboard.writeText(key);
      setCopied("done");
    } catch {
      // Not allowed, or no such thing: by hand then.
      box.current?.select();
      setCopied("failed");
    }
  }

  function close() {
    setCopied("");
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
      <Field label={t`API key`} hint={t`It goes into the header Authorization, after Bearer.`}>
        {(control) => (
          <input
            {...control}
            ref={box}
            readOnly
            value={key}
            onFocus={(event) => event.target.select()}
            className="control font-mono text-sm"
          />
        )}
      </Field>
      <p role="status" className="text-sm empty:hidden">
        {copied === "done" && t`Copied.`}
        {copied === "failed" && t`It could not be copied by itself. It is selected: copy it by hand.`}
      </p>
    </Dialog>
  );
}
