import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Colleague } from "@/lib/contract";
import { isGone } from "@/lib/problem";
import { useChangeUser, useInviteUser, useWithdrawInvitation } from "../api/users";

type Question = {
  title: (who: string) => string;
  text: string;
  action: string;
  done: (who: string) => string;
};

const questions = (): Record<Colleague["status"], Question> => ({
  active: {
    title: (who) => t`Disable ${who}?`,
    text: t`They are signed out at once, and cannot sign in until they are let in again. What they did stays in the audit log.`,
    action: t`Disable`,
    done: (who) => t`${who} is disabled`,
  },
  invited: {
    title: (who) => t`Take back the invitation of ${who}?`,
    text: t`They can no longer sign in. They can be invited again.`,
    action: t`Withdraw`,
    done: (who) => t`${who} is not invited any more`,
  },
  disabled: {
    title: (who) => t`Let ${who} in again?`,
    text: t`They can sign in again, in the role that they had.`,
    action: t`Enable`,
    done: (who) => t`${who} may sign in again`,
  },
});

/** What the button of somebody's row does to their access. */
export const accessAction = ({ status }: Colleague) => questions()[status]?.action;

type AccessDialogProps = { user: Colleague | null; onClose: () => void };

/** Disables somebody, lets them in again, or takes their invitation back: whichever fits. */
export function AccessDialog({ user, onClose }: AccessDialogProps) {
  const change = useChangeUser();
  const withdraw = useWithdrawInvitation();
  const invite = useInviteUser();
  const asked = user && questions()[user.status];

  function close() {
    change.reset();
    withdraw.reset();
    onClose();
  }

  function confirm({ id, email, role, status }: Colleague) {
    const failed = () => toast(t`It could not be taken back: look at the list`);
    const onSuccess = () => {
      const undo = () =>
        status === "invited"
          ? invite.mutate({ email, role }, { onError: failed })
          : change.mutate({ id, change: { disabled: status !== "active" } }, { onError: failed });
      toast(questions()[status].done(email), { undo });
      close();
    };
    if (status !== "invited") {
      return change.mutate({ id, change: { disabled: status === "active" } }, { onSuccess });
    }
    // Somebody else was faster: what was wanted is so.
    withdraw.mutate(id, { onSuccess, onError: (error) => isGone(error) && onSuccess() });
  }

  return (
    <Dialog
      busy={change.isPending || withdraw.isPending}
      open={user !== null}
      title={asked?.title(user?.name || user?.email || "") ?? ""}
      onClose={close}
      footer={
        user && (
          <>
            <Button disabled={change.isPending || withdraw.isPending} onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
            <Button
              look={user.status === "disabled" ? "primary" : "danger"}
              busy={change.isPending || withdraw.isPending}
              onClick={() => confirm(user)}
            >
              {asked?.action}
            </Button>
          </>
        )
      }
    >
      <p className="text-muted">{asked?.text}</p>
      <FormProblem error={change.error ?? withdraw.error} />
    </Dialog>
  );
}
