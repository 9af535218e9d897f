import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { AttributesInput } from "@/components/ui/attributes-input";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import { TagsInput } from "@/components/ui/tags-input";
import { TimeZoneField } from "@/components/ui/time-zone-field";
import { cn } from "@/lib/cn";
import { useGoToFault } from "@/lib/go-to-fault";
import { faultsByField, fieldPath, listFault, Problem } from "@/lib/problem";
import { type CustomerValues, faultsOf, labels } from "./customer-values";

type CustomerFormProps = {
  values: CustomerValues;
  onChange: (values: CustomerValues) => void;
  /** Stands before all other fields: the address of a new customer. */
  lead?: ReactNode;
  /** Fields of `lead`, whose faults it shows itself. */
  leadFields?: readonly string[];
  /** Stands where the fault of a form stands. */
  notice?: ReactNode;
  submitLabel: string;
  cancelTo: string;
  busy: boolean;
  error: unknown;
  onCancel?: () => void;
  onSubmit: () => void;
};

const consents = () =>
  [
    { field: "emailConsent", label: t`E-mail` },
    { field: "smsConsent", label: "SMS" },
    { field: "whatsappConsent", label: "WhatsApp" },
  ] as const;

/** All that can be changed of a customer by hand. Values are the page's, which keeps them over a reload. */
export function CustomerForm(props: CustomerFormProps) {
  const { values, onChange, lead, leadFields = [], notice, submitLabel, cancelTo, busy, error } = props;
  const [tried, setTried] = useState(0);
  const form = useGoToFault(tried, error);
  const refused = faultsByField(error);
  const own = tried > 0 ? faultsOf(values) : {};
  const faults: Record<string, string> = { ...refused, ...own };
  const names = labels();
  const set = (part: Partial<CustomerValues>) => onChange({ ...values, ...part });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(tried + 1);
    if (!busy && Object.keys(faultsOf(values)).length === 0) props.onSubmit();
  }

  const text = (field: "name" | "phone" | "city" | "country", max = 500) => (
    <Field label={names[field]} optional error={faults[field]}>
      {(control) => (
        <input
          {...control}
          value={values[field]}
          maxLength={max}
          autoComplete="off"
          onChange={(event) => set({ [field]: event.target.value })}
          className="control"
        />
      )}
    </Field>
  );
  const time = (field: "lastActiveAt" | "createdAt") => (
    <Field label={names[field]} error={faults[field]}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          value={values[field]}
          onChange={(event) => set({ [field]: event.target.value })}
          className="control"
        />
      )}
    </Field>
  );

  return (
    <form ref={form} onSubmit={submit} noValidate className="grid max-w-4xl gap-5">
      {lead}
      <Card title={t`Who and where`}>
        <div className="grid gap-4 sm:grid-cols-2">
          {text("name", 200)}
          {text("phone")}
          {text("city")}
          {text("country")}
          <TimeZoneField
            label={names.timeZone}
            hint={t`Such as Asia/Kolkata. Messages go out by day and night there.`}
            value={values.timeZone}
            error={faults.timeZone}
            onChange={(timeZone) => set({ timeZone })}
          />
        </div>
      </Card>
      <Card title={t`What you know about them`}>
        <div className="grid gap-6">
          <TagsInput
            label={names.tags}
            value={values.tags}
            error={listFault("tags", faults, values.tags)}
            onChange={(tags) => set({ tags })}
          />
          <AttributesInput
            legend={names.attributes}
            hint={t`Facts of your own about a customer; segments and messages can use them.`}
            rows={values.attributes}
            faults={faults}
            onChange={(attributes) => set({ attributes })}
          />
        </div>
      </Card>
      <Card title={t`May be written to by`}>
        <fieldset>
          <legend className="mb-3 text-sm text-muted">
            <Trans>
              Give a consent only if they have given it to you. Without it no campaign reaches them there.
            </Trans>
          </legend>
          <div className="grid gap-2 sm:grid-cols-3">
            {consents().map(({ field, label }) => (
              <Consent
                key={field}
                label={label}
                checked={values[field]}
                error={faults[field]}
                onChange={(given) => set({ [field]: given })}
              />
            ))}
          </div>
        </fieldset>
      </Card>
      <Card title={t`History`}>
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label={names.visits} error={faults.visits}>
            {(control) => (
              <input
                {...control}
                inputMode="numeric"
                autoComplete="off"
                value={values.visits}
                maxLength={10}
                onChange={(event) => set({ visits: event.target.value })}
                className="control tabular-nums"
              />
            )}
          </Field>
          {time("lastActiveAt")}
          {time("createdAt")}
        </div>
      </Card>
      {notice || (
        <FormProblem error={error} shown={shownBeside(error, values, leadFields)} name={fieldInWords} />
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={busy}>
          {submitLabel}
        </Button>
        <ButtonLink look="quiet" to={cancelTo} onClick={props.onCancel}>
          {t`Cancel`}
        </ButtonLink>
      </div>
    </form>
  );
}

type ConsentProps = {
  label: string;
  checked: boolean;
  error: string | undefined;
  onChange: (given: boolean) => void;
};

function Consent({ label, checked, error, onChange }: ConsentProps) {
  const fault = useId();
  return (
    <div>
      <label
        className={cn(
          "flex items-center gap-3 rounded-lg border bg-surface px-3.5 py-3 text-sm font-medium transition-colors hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
          error ? "border-danger" : "border-line",
        )}
      >
        <input
          type="checkbox"
          checked={checked}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? fault : undefined}
          onChange={(event) => onChange(event.target.checked)}
          className="size-4 shrink-0 accent-accent outline-none"
        />
        {label}
      </label>
      {error && (
        <p id={fault} className="mt-1 text-sm text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

/** The fields of a refusal, as the server spells them, that have a place on the screen. */
function shownBeside(error: unknown, values: CustomerValues, leadFields: readonly string[]): string[] {
  if (!(error instanceof Problem)) return [];
  const keys = values.attributes.map(({ key }) => `attributes.${key.trim()}`);
  const isShown = (path: string) =>
    path in labels() || leadFields.includes(path) || /^tags\.\d+$/.test(path) || keys.includes(path);
  return error.errors.map(({ field }) => field).filter((field) => isShown(fieldPath(field)));
}

function fieldInWords(field: string): string {
  const path = fieldPath(field);
  const [, key] = /^attributes\.(.+)$/.exec(path) ?? [];
  return key ? t`Attribute ${key}` : (labels()[path as keyof CustomerValues] ?? field);
}
