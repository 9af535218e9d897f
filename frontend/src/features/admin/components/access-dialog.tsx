import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Colleague } from "@/lib/contract";
import { Problem } from "@/lib/problem";
import { useChangeUser, useWithdrawInvitation } from "../api/users";

const QUESTIONS = {
  active: {
    title: (who: string) => `Disable ${who}?`,
    text: "They are signed out at once, and cannot sign in until they are let in again. What they did stays in the audit log.",
    action: "Disable",
    done: "is disabled",
  },
  invited: {
    title: (who: string) => `Take back the invitation of ${who}?`,
    text: "They can no longer sign in. They can be invited again.",
    action: "Withdraw",
    done: "is not invited any more",
  },
  disabled: {
    title: (who: string) => `Let ${who} in again?`,
    text: "They can sign in again, in the role that they had.",
    action: "Enable",
    done: "may sign in again",
  },
};

/** What the button of somebody's row does to their access. */
export const accessAction = ({ status }: Colleague) => QUESTIONS[status]?.action;

type AccessDialogProps = { user: Colleague | null; onClose: () => void };

/** Disables somebody, lets them in again, or takes their invitation back: whichever fits. */
export function AccessDialog({ user, onClose }: AccessDialogProps) {
  const change = useChangeUser();
  const withdraw = useWithdrawInvitation();
  const asked = user && QUESTIONS[user.status];

  function close() {
    change.reset();
    withdraw.reset();
    onClose();
  }

  function confirm({ id, email, status }: Colleague) {
    const onSuccess = () => {
      toast(`${email} ${QUESTIONS[status].done}`);
      close();
    };
    if (status !== "invited") {
      return change.mutate({ id, change: { disabled: status === "active" } }, { onSuccess });
    }
    // Somebody else was faster: what was wanted is so.
    const isGone = (error: unknown) => error instanceof Problem && error.status === 404;
    withdraw.mutate(id, { onSuccess, onError: (error) => isGone(error) && onSuccess() });
  }

  return (
    <Dialog
      open={user !== null}
      title={asked?.title(user?.name || user?.email || "") ?? ""}
      onClose={close}
      footer={
        user && (
          <>
            <Button onClick={close}>Cancel</Button>
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
