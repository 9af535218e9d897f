import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { QueueState } from "@/lib/contract";
import { plural } from "@/lib/format";
import { useRedrive } from "../api/redrive";

type RedriveDialogProps = { queue: QueueState | null; onClose: () => void };

/** Gives what was set aside another try. */
export function RedriveDialog({ queue, onClose }: RedriveDialogProps) {
  const redrive = useRedrive();

  function close() {
    redrive.reset();
    onClose();
  }

  function confirm(name: string) {
    redrive.mutate(name, {
      onSuccess: ({ moved }) => {
        toast(`${plural(moved, "dead letter gets", "dead letters get")} another try`);
        close();
      },
    });
  }

  return (
    <Dialog
      open={queue !== null}
      title={`Try the dead letters of ${queue?.name ?? ""} again?`}
      onClose={close}
      footer={
        queue && (
          <>
            <Button onClick={close}>Leave them</Button>
            <Button look="primary" busy={redrive.isPending} onClick={() => confirm(queue.name)}>
              Redrive
            </Button>
          </>
        )
      }
    >
      <p className="text-muted">
        {queue && plural(queue.deadLetters, "message goes", "messages go")} back into the queue. What was done
        already is not done twice; what fails again comes back here.
      </p>
      <FormProblem error={redrive.error} />
    </Dialog>
  );
}
