import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import { channelName } from "@/lib/channel-name";
import type { Suppression } from "@/lib/contract";
import { Problem } from "@/lib/problem";
import { useRemoveSuppression } from "../api/suppressions";
import { REASONS } from "./reason-words";

type RemoveDialogProps = { suppression: Suppression | null; onClose: () => void };

/** Lets an address be written to again, once somebody has read why it is not. */
export function RemoveDialog({ suppression, onClose }: RemoveDialogProps) {
  const remove = useRemoveSuppression();

  function close() {
    remove.reset();
    onClose();
  }

  function confirm(id: string) {
    const done = () => {
      toast("The address may be written to again");
      close();
    };
    // Somebody else was faster: what was wanted is so.
    const isGone = (error: unknown) => error instanceof Problem && error.status === 404;
    remove.mutate(id, { onSuccess: done, onError: (error) => isGone(error) && done() });
  }

  return (
    <Dialog
      open={suppression !== null}
      onClose={close}
      title={`Take ${suppression?.address ?? "this address"} off the list?`}
      footer={
        suppression && (
          <>
            <Button onClick={close}>Leave it</Button>
            <Button look="danger" busy={remove.isPending} onClick={() => confirm(suppression.id)}>
              Take it off
            </Button>
          </>
        )
      }
    >
      {suppression && (
        <p className="text-muted">
          It is on the list for {channelName(suppression.channel)}: {REASONS[suppression.reason].means}. Write
          to it again only if its owner wants that; who writes to people who have complained is taken for
          spam.
        </p>
      )}
      <FormProblem error={remove.error} />
    </Dialog>
  );
}
