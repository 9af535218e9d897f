import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import type { Scope } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { faultsByField, listFault } from "@/lib/problem";
import { useCreateKey } from "../api/keys";
import { KeyDialog } from "./key-dialog";
import { keyScopes } from "./scopes";

type Values = { name: string; scopes: Scope[]; expiresAt: string };

const EMPTY: Values = { name: "", scopes: ["ingest"], expiresAt: "" };

/** Creates a key, and shows it the one time that it can be shown. */
export function NewKeyCard() {
  const draft = useDraft("new-key/1", () => EMPTY);
  const { value: values, change: setValues } = draft;
  const [tried, setTried] = useState(false);
  const create = useCreateKey(draft);
  const faultId = useId();
  const refused = faultsByField(create.error);
  const faults = {
    name: tried && values.name.trim() === "" ? t`Write a name first.` : refused.name,
    scopes:
      tried && values.scopes.length === 0
        ? t`Choose at least one.`
        : listFault("scopes", refused, values.scopes),
    expiresAt: refused.expiresAt,
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    const name = values.name.trim();
    if (name === "" || values.scopes.length === 0 || create.isPending) return;
    const { scopes, expiresAt } = values;
    create.mutate({ name, scopes, ...(expiresAt && { expiresAt }) });
  }

  function forget() {
    // The key is nowhere any more.
    create.reset();
    setValues(EMPTY);
    draft.forget();
    setTried(false);
  }

  // The button was busy as the dialog opened, so the dialog has nothing to give the focus back to.
  const button = useRef<HTMLButtonElement>(null);
  const shown = useRef(false);
  const isShown = create.data !== undefined;
  useEffect(() => {
    if (shown.current && !isShown) button.current?.focus();
    shown.current = isShown;
  }, [isShown]);

  return (
    <Card title={t`New key`}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t`Name`} error={faults.name} hint={t`What uses it: Web shop, say.`}>
            {(control) => (
              <input
                {...control}
                value={values.name}
                maxLength={200}
                autoComplete="off"
                onChange={(event) => setValues({ ...values, name: event.target.value })}
                className="control"
              />
            )}
          </Field>
          <Field
            label={t`Ends`}
            optional
            error={faults.expiresAt}
            hint={t`As this day begins (UTC). Without one, when it is revoked.`}
          >
            {(control) => (
              <input
                {...control}
                type="date"
                value={values.expiresAt}
                onChange={(event) => setValues({ ...values, expiresAt: event.target.value })}
                className="control"
              />
            )}
          </Field>
        </div>
        <fieldset aria-describedby={faults.scopes ? faultId : undefined}>
          <legend className="mb-1.5 text-sm font-medium">
            <Trans>What it is for</Trans>
          </legend>
          <div className="grid gap-2 sm:grid-cols-2">
            {keyScopes().map(({ value, label, hint }) => (
              <label
                key={value}
                className="flex items-start gap-3 rounded-lg border border-line bg-surface px-3.5 py-3 text-sm transition-colors hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
              >
                <input
                  type="checkbox"
                  checked={values.scopes.includes(value)}
                  onChange={(event) => {
                    const others = values.scopes.filter((scope) => scope !== value);
                    setValues({ ...values, scopes: event.target.checked ? [...others, value] : others });
                  }}
                  className="mt-0.5 size-4 shrink-0 accent-accent outline-none"
                />
                <span>
                  <span className="block font-medium">{label}</span>
                  <span className="block text-muted">{hint}</span>
                </span>
              </label>
            ))}
          </div>
          {faults.scopes && (
            <p id={faultId} className="mt-1 text-sm text-danger">
              {faults.scopes}
            </p>
          )}
        </fieldset>
        <FormProblem error={Object.values(faults).some(Boolean) ? null : create.error} />
        <div>
          <Button ref={button} type="submit" look="primary" busy={create.isPending}>
            <Trans>Create key</Trans>
          </Button>
        </div>
      </form>
      <KeyDialog created={create.data} onClose={forget} />
    </Card>
  );
}
