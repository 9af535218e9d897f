import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useId, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Customer } from "@/lib/contract";
import { forgetDraft } from "@/lib/draft";
import { explained, isOutdated } from "@/lib/problem";
import { useEraseCustomer, useForgetCustomer } from "../api/customers";
import { draftName } from "./customer-values";

type EraseDialogProps = {
  loaded: Tagged<Customer>;
  /** Loads the customer again, for the newest tag. */
  reload: () => Promise<unknown>;
  open: boolean;
  onClose: () => void;
};

/** Erases somebody for good, once their address has been typed. */
export function EraseDialog({ loaded: { data: customer, etag }, reload, open, onClose }: EraseDialogProps) {
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const form = useId();
  const erase = useEraseCustomer(customer.id);
  const forget = useForgetCustomer();
  const navigate = useNavigate();
  const { email } = customer;
  const name = customer.name || email;
  const matches = typed.trim().toLowerCase() === customer.email.toLowerCase();

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!matches || erase.isPending) return;
    const done = async () => {
      forgetDraft(draftName(customer.id));
      toast(t`Customer deleted. Their personal data is being erased.`);
      // First away from the page, which would otherwise ask for somebody who is gone.
      await navigate("/customers", { replace: true });
      forget(customer.id);
    };
    // The page may find them gone before the answer is there, and take this away.
    void erase.mutateAsync(etag).then(done, (error) => {
      if (isOutdated(error)) void reload();
    });
  }

  function close() {
    setTyped("");
    setTried(false);
    erase.reset();
    onClose();
  }

  return (
    <Dialog
      busy={erase.isPending}
      open={open}
      onClose={close}
      title={t`Delete “${name}”?`}
      footer={
        <>
          <Button disabled={erase.isPending} onClick={close}>{t`Keep them`}</Button>
          <Button type="submit" form={form} look="danger" busy={erase.isPending}>
            {t`Delete for good`}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="grid gap-4">
        <ul className="grid list-disc gap-1 pl-5 text-muted">
          <li>
            <Trans>Their personal data leaves every place where it is kept within the hour.</Trans>
          </li>
          <li>
            <Trans>
              Their orders stay with their amounts, so that your figures do not change, but without a name.
            </Trans>
          </li>
          <li>
            <Trans>This cannot be undone.</Trans>
          </li>
        </ul>
        <Field
          label={
            <Trans>
              To confirm, type <span className="wrap-anywhere">{email}</span>
            </Trans>
          }
          error={tried && !matches ? t`This is not their address.` : undefined}
        >
          {(control) => (
            <input
              {...control}
              value={typed}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              maxLength={254}
              onChange={(event) => setTyped(event.target.value)}
              className="control"
            />
          )}
        </Field>
        <FormProblem
          error={explained(
            erase.error,
            t`This customer has changed meanwhile`,
            t`The newest state is being loaded. Look whether you still want to delete them, and press again.`,
          )}
        />
      </form>
    </Dialog>
  );
}
