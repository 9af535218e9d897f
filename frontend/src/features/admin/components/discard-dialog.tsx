import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { DeadLetter } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { faultsByField, isGone } from "@/lib/problem";
import { useDiscardLetter } from "../api/dead-letters";

type DiscardDialogProps = { queue: string; letter: DeadLetter | null; onClose: () => void };

/** Throws a letter away for good, once somebody has said why. A reload keeps what was said; closing gives it up. */
export function DiscardDialog({ queue, letter, onClose }: DiscardDialogProps) {
  const discard = useDiscardLetter();
  const draft = useDraft<Record<string, string>>("discard-reasons/1", () => ({}));
  const reason = (letter && draft.value[letter.id]) ?? "";
  const [missing, setMissing] = useState(false);
  const form = useId();

  function forgetReason() {
    if (!letter) return;
    const { [letter.id]: _, ...others } = draft.value;
    draft.change(others);
    if (Object.keys(others).length === 0) draft.forget();
  }

  function close() {
    discard.reset();
    forgetReason();
    setMissing(false);
    onClose();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!letter) return;
    if (reason.trim() === "") return setMissing(true);
    const done = () => {
      toast(t`The letter is gone`);
      close();
    };
    // Somebody else was faster: what was wanted is so.
    discard.mutate(
      { queue, id: letter.id, reason: reason.trim() },
      { onSuccess: done, onError: (error) => isGone(error) && done() },
    );
  }

  return (
    <Dialog
      busy={discard.isPending}
      open={letter !== null}
      title={t`Discard this letter?`}
      onClose={close}
      footer={
        letter && (
          <>
            <Button disabled={discard.isPending} onClick={close}>
              <Trans>Keep it</Trans>
            </Button>
            <Button look="danger" type="submit" form={form} busy={discard.isPending}>
              <Trans>Discard</Trans>
            </Button>
          </>
        )
      }
    >
      <p className="text-muted">
        <Trans>
          What it says is never applied, and nobody can bring it back. The audit log keeps what it was about,
          and why you discarded it.
        </Trans>
      </p>
      <form id={form} onSubmit={submit} noValidate>
        <Field
          label={t`Why`}
          error={missing && reason.trim() === "" ? t`Say why first.` : faultsByField(discard.error).reason}
        >
          {(control) => (
            <input
              {...control}
              className="control"
              maxLength={500}
              value={reason}
              onChange={(event) =>
                letter && draft.change({ ...draft.value, [letter.id]: event.target.value })
              }
            />
          )}
        </Field>
      </form>
      <FormProblem error={discard.error} shown={["reason"]} />
    </Dialog>
  );
}
