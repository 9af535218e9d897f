import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Colleague, Role } from "@/lib/contract";
import { faultsByField } from "@/lib/problem";
import { useChangeUser } from "../api/users";
import { RoleField } from "./role-field";

type RoleDialogProps = { user: Colleague | null; own: Role; onClose: () => void };

/** Gives somebody another role. */
export function RoleDialog({ user, own, onClose }: RoleDialogProps) {
  const [chosen, setChosen] = useState<Role | null>(null);
  const change = useChangeUser();
  const fault = faultsByField(change.error).role;

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
          toast(`${email} is ${role} now`);
          close();
        },
      },
    );
  }

  return (
    <Dialog
      open={user !== null}
      title={`Role of ${user?.name || user?.email || ""}`}
      onClose={close}
      footer={
        user && (
          <>
            <Button onClick={close}>Cancel</Button>
            <Button look="primary" busy={change.isPending} onClick={() => save(user)}>
              Save
            </Button>
          </>
        )
      }
    >
      {user && <RoleField own={own} value={chosen ?? user.role} error={fault} onChange={setChosen} />}
      <p className="text-sm text-muted">It holds from their next action on.</p>
      <FormProblem error={fault ? null : change.error} />
    </Dialog>
  );
}
