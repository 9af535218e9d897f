import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { plural } from "@/lib/format";

type LaunchDialogProps = {
  people: number;
  /** When they are written to, in words. */
  when: string;
  open: boolean;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onLaunch: () => void;
};

/** Nobody is written to before a person has confirmed it. */
export function LaunchDialog({ people, when, open, busy, error, onClose, onLaunch }: LaunchDialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Launch to ${plural(people, "person", "people")}?`}
      footer={
        <>
          <Button onClick={onClose}>Back to the draft</Button>
          <Button look="primary" busy={busy} onClick={onLaunch}>
            Launch
          </Button>
        </>
      }
    >
      <p className="text-muted">
        {when}. The audience is decided once more when it begins, so the number may differ a little by then.
        Messages that have gone out cannot be taken back.
      </p>
      <FormProblem error={error} />
    </Dialog>
  );
}
