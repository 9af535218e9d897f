import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Segment } from "@/lib/contract";
import { forgetDraft } from "@/lib/draft";
import { formatNumber } from "@/lib/format";
import { explained, isOutdated } from "@/lib/problem";
import { segmentsIn } from "@/lib/rules/wire";
import { useSegments } from "@/lib/segments";
import { useDeleteSegment, useForgetSegment } from "../api/segments";
import { editSegment } from "./segment-values";

type DeleteDialogProps = {
  segment: Segment;
  etag: string | null;
  reload: () => Promise<unknown>;
  open: boolean;
  onClose: () => void;
};

/**
 * Asks before a segment is deleted, and names what hangs on it. There is no undo afterwards: one made again with the same
 * rules is another one, which drafts, rules and links do not know. One that has changed meanwhile is shown anew first.
 */
export function DeleteDialog({ segment, etag, reload, open, onClose }: DeleteDialogProps) {
  const remove = useDeleteSegment(segment.id);
  const forget = useForgetSegment();
  const navigate = useNavigate();
  const { name, count, kind } = segment;
  const members = formatNumber(count ?? 0);
  const users = useSegments(open).items.filter(
    ({ rules }) => rules && segmentsIn(rules).includes(segment.id),
  );
  const named = users.map((user) => user.name).join(", ");

  function submit() {
    const done = async () => {
      forgetDraft(editSegment(segment.id));
      toast(t`Segment deleted`);
      // First away from the page, which would otherwise ask for what is gone.
      await navigate("/segments", { replace: true });
      forget(segment.id);
    };
    // The page may find it gone before the answer is there, and take this away.
    void remove.mutateAsync(etag).then(done, (error) => {
      if (isOutdated(error)) void reload();
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
      title={t`Delete “${name}”?`}
      footer={
        <>
          <Button disabled={remove.isPending} onClick={close}>
            <Trans>Keep it</Trans>
          </Button>
          <Button look="danger" busy={remove.isPending} disabled={users.length > 0} onClick={submit}>
            <Trans>Delete segment</Trans>
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-muted">
        {users.length > 0 ? (
          <p className="text-ink">
            <Trans>Other segments name it in their rules: {named}. Take it out of them first.</Trans>
          </p>
        ) : (
          <>
            <p>
              {kind === "list" ? (
                <Plural
                  value={count ?? 0}
                  one={`The list of ${members} person is forgotten then, and how large it has been over time.`}
                  other={`The list of ${members} people is forgotten then, and how large it has been over time.`}
                />
              ) : (
                <Trans>Its rules are gone then, and how large it has been over time.</Trans>
              )}{" "}
              <Trans>
                Customers stay as they are, and so do campaigns that were launched; drafts of campaigns to it
                need another segment.
              </Trans>
            </p>
            <p>
              <Trans>This cannot be undone: one with the same rules would be another segment.</Trans>
            </p>
          </>
        )}
      </div>
      <FormProblem
        error={explained(
          remove.error,
          t`This segment has changed meanwhile`,
          t`Its newest state is being loaded. Look whether you still want to delete it, and press again.`,
        )}
      />
    </Dialog>
  );
}
