import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Colleague, Role } from "@/lib/contract";
import { roleName } from "@/lib/permissions";
import { faultsByField } from "@/lib/problem";
import { useChangeUser } from "../api/users";
import { RoleField } from "./role-field";

type RoleDialogProps = { user: Colleague | null; own: Role; onClose: () => void };

/** Gives somebody another role. */
export function RoleDialog({ user, own, onClose }: RoleDialogProps) {
  const [chosen, setChosen] = useState<Role | null>(null);
  const change = useChangeUser();
  const fault = faultsByField(change.error).role;

  const who = user?.name || user?.email || "";

  function close() {
    change.reset();
    setChosen(null);
    onClose();
  }

  function save({ id, email, role: before }: Colleague) {
    const role = chosen ?? before;
    if (role === before) return close();
    change.mutate(
      { id, change: { role } },
      {
        onSuccess: () => {
          const undo = () =>
            change.mutate(
              { id, change: { role: before } },
              { onError: () => toast(t`It could not be taken back: look at the list`) },
            );
          const named = roleName(role);
          toast(t`${email} is ${named} now`, { undo });
          close();
        },
      },
    );
  }

  return (
    <Dialog
      busy={change.isPending}
      open={user !== null}
      title={t`Role of ${who}`}
      onClose={close}
      footer={
        user && (
          <>
            <Button disabled={change.isPending} onClick={close}>
              <Trans>Cancel</Trans>
            </Button>
            <Button look="primary" busy={change.isPending} onClick={() => save(user)}>
              <Trans>Save</Trans>
            </Button>
          </>
        )
      }
    >
      {user && <RoleField own={own} value={chosen ?? user.role} error={fault} onChange={setChosen} />}
      <p className="text-sm text-muted">
        <Trans>It holds from their next action on.</Trans>
      </p>
      <FormProblem error={fault ? null : change.error} />
    </Dialog>
  );
}
