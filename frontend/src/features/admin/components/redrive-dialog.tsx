import { plural, t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { QueueState } from "@/lib/contract";
import { useRedrive } from "../api/redrive";

/** The server takes no more of them with one request. */
const AT_ONCE = 500;

type RedriveDialogProps = { queue: Pick<QueueState, "name" | "deadLetters"> | null; onClose: () => void };

/** Gives what was set aside another try. */
export function RedriveDialog({ queue, onClose }: RedriveDialogProps) {
  const redrive = useRedrive();

  const name = queue?.name ?? "";

  function close() {
    redrive.reset();
    onClose();
  }

  function confirm({ name, deadLetters }: Pick<QueueState, "name" | "deadLetters">) {
    redrive.mutate(
      { name, deadLetters },
      {
        onSuccess: ({ moved }) => {
          toast(
            plural(moved, {
              one: "# dead letter gets another try",
              other: "# dead letters get another try",
            }),
          );
          close();
        },
      },
    );
  }

  return (
    <Dialog
      busy={redrive.isPending}
      open={queue !== null}
      title={t`Try the dead letters of ${name} again?`}
      onClose={close}
      footer={
        queue && (
          <>
            <Button disabled={redrive.isPending} onClick={close}>
              <Trans>Leave them</Trans>
            </Button>
            <Button look="primary" busy={redrive.isPending} onClick={() => confirm(queue)}>
              <Trans>Redrive</Trans>
            </Button>
          </>
        )
      }
    >
      <p className="text-muted">
        <Plural
          value={Math.min(queue?.deadLetters ?? 0, AT_ONCE)}
          one="# message goes back into the queue. What was done already is not done twice; what fails again comes back here."
          other="# messages go back into the queue. What was done already is not done twice; what fails again comes back here."
        />
      </p>
      <FormProblem error={redrive.error} />
    </Dialog>
  );
}
