import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Role } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { faultsByField } from "@/lib/problem";
import { useInviteUser } from "../api/users";
import { RoleField } from "./role-field";

/** Lets somebody in: from then on they sign in by themselves. No letter is sent. */
export function InviteCard({ own }: { own: Role }) {
  const draft = useDraft<{ email: string; role: Role }>("invite/1", () => ({ email: "", role: "marketer" }));
  const { email, role } = draft.value;
  const [missing, setMissing] = useState(false);
  const invite = useInviteUser(draft);
  const faults = faultsByField(invite.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    const address = email.trim();
    setMissing(address === "");
    if (address === "" || invite.isPending) return;
    invite.mutate(
      { email: address, role },
      {
        onSuccess: () => {
          toast(t`${address} may sign in now`);
          draft.change({ email: "", role });
          draft.forget();
        },
      },
    );
  }

  return (
    <Card title={t`Invite somebody`}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <div className="flex flex-wrap items-start gap-3">
          <Field
            label={t`E-mail`}
            error={missing ? t`Write an address first.` : faults.email}
            hint={t`Of their Google account. No letter goes out: tell them where to sign in.`}
            className="min-w-[min(14rem,100%)] flex-1"
          >
            {(control) => (
              <input
                {...control}
                type="email"
                value={email}
                maxLength={254}
                autoComplete="off"
                onChange={(event) => draft.change({ email: event.target.value, role })}
                className="control"
              />
            )}
          </Field>
          <RoleField
            own={own}
            value={role}
            error={faults.role}
            onChange={(next) => draft.change({ email, role: next })}
          />
          <Button type="submit" look="primary" className="sm:mt-7" busy={invite.isPending}>
            <Trans>Invite</Trans>
          </Button>
        </div>
        <FormProblem error={faults.email || faults.role ? null : invite.error} />
      </form>
    </Card>
  );
}
