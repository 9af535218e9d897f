import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Campaign } from "@/lib/contract";
import { forgetDraft } from "@/lib/draft";
import { asProblem, explained, isOutdated } from "@/lib/problem";
import { useDeleteDraft, useForgetCampaign, useKeepDraft } from "../api/drafts";
import { draftName, valuesOf, wireOf } from "./campaign-values";

type DeleteDraftDialogProps = {
  loaded: Tagged<Campaign>;
  reload: () => Promise<unknown>;
  open: boolean;
  onClose: () => void;
};

/** Deletes the draft as it is shown: one that has changed meanwhile is shown anew first. */
export function DeleteDraftDialog({ loaded, reload, open, onClose }: DeleteDraftDialogProps) {
  const { data: draft, etag } = loaded;
  const { name } = draft;
  const remove = useDeleteDraft(draft.id);
  const forget = useForgetCampaign();
  const keep = useKeepDraft();
  const navigate = useNavigate();

  /** The same draft under another id. Nothing but its own page has ever named the former one. */
  function bringBack() {
    keep.mutateAsync(wireOf(valuesOf(draft))).then(
      () => toast(t`Draft brought back`),
      (error) => {
        const reason = asProblem(error).message;
        toast(t`The draft could not be brought back: ${reason}`, { undo: bringBack });
      },
    );
  }

  function confirm() {
    remove.mutate(etag, {
      onSuccess: async () => {
        forgetDraft(draftName(draft.id));
        toast(t`Draft deleted`, { undo: bringBack });
        // First away from the page, which would otherwise ask for what is gone.
        await navigate("/campaigns", { replace: true });
        forget(draft.id);
      },
      onError: (error) => {
        if (isOutdated(error)) void reload();
      },
    });
  }

  function close() {
    remove.reset();
    onClose();
  }

  return (
    <Dialog
      busy={remove.isPending}
      open={open}
      onClose={close}
      title={t`Delete the draft “${name}”?`}
      footer={
        <>
          <Button disabled={remove.isPending} onClick={close}>
            <Trans>Keep it</Trans>
          </Button>
          <Button look="danger" busy={remove.isPending} onClick={confirm}>
            <Trans>Delete draft</Trans>
          </Button>
        </>
      }
    >
      <p className="text-muted">
        <Trans>
          Nobody has been written to. For a few seconds it can be undone; then the draft is gone for good.
        </Trans>
      </p>
      <FormProblem
        error={explained(
          remove.error,
          t`This draft has changed meanwhile`,
          t`Its newest state is being loaded. Look whether you still want to delete it, and press again.`,
        )}
      />
    </Dialog>
  );
}
