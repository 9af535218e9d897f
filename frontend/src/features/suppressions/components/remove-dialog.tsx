import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import { channelName } from "@/lib/channel-name";
import type { Suppression } from "@/lib/contract";
import { isGone } from "@/lib/problem";
import { usePutBack, useRemoveSuppression } from "../api/suppressions";
import { reasons } from "./reason-words";

type RemoveDialogProps = { suppression: Suppression | null; onClose: () => void };

/** Lets an address be written to again, once somebody has read why it is not. */
export function RemoveDialog({ suppression, onClose }: RemoveDialogProps) {
  const remove = useRemoveSuppression();
  const putBack = usePutBack();
  const address = suppression?.address ?? t`this address`;
  const channel = suppression ? channelName(suppression.channel) : "";
  const means = suppression ? reasons()[suppression.reason].means : "";

  function close() {
    remove.reset();
    onClose();
  }

  function confirm(one: Suppression) {
    const done = () => {
      toast(t`The address may be written to again`, {
        undo: () =>
          putBack.mutate(one, {
            onError: () => toast(t`It could not be put back: add the address again`),
          }),
      });
      close();
    };
    // Somebody else was faster: what was wanted is so.
    remove.mutate(one.id, { onSuccess: done, onError: (error) => isGone(error) && done() });
  }

  return (
    <Dialog
      busy={remove.isPending}
      open={suppression !== null}
      onClose={close}
      title={t`Take ${address} off the list?`}
      footer={
        suppression && (
          <>
            <Button disabled={remove.isPending} onClick={close}>
              <Trans>Leave it</Trans>
            </Button>
            <Button look="danger" busy={remove.isPending} onClick={() => confirm(suppression)}>
              <Trans>Take it off</Trans>
            </Button>
          </>
        )
      }
    >
      {suppression && (
        <p className="text-muted">
          <Trans>
            It is on the list for {channel}: {means}. Write to it again only if its owner wants that; who
            writes to people who have complained is taken for spam.
          </Trans>
        </p>
      )}
      <FormProblem error={remove.error} />
    </Dialog>
  );
}
