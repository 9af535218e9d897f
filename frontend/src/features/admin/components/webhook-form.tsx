import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Choices, Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import type { WantedEventType } from "@/lib/contract";
import { useGoToFault } from "@/lib/go-to-fault";
import { fieldPath, listFault, Problem } from "@/lib/problem";
import { useRefusal } from "@/lib/refusal";
import { type EventGroup, eventGroups } from "./event-words";
import { faultsOf, requestOf, type WebhookValues } from "./webhook-values";

const SHOWN = ["url", "description", "types"];

type WebhookFormProps = {
  values: WebhookValues;
  onChange: (values: WebhookValues) => void;
  submitLabel: string;
  cancelTo: string;
  busy: boolean;
  /** Why the last attempt failed. */
  error: unknown;
  /** Stands where the fault of a form stands. */
  notice?: ReactNode;
  onCancel: () => void;
  onSubmit: () => void;
};

/** Where events are sent, and which. Faults show at their fields once saving has been tried. */
export function WebhookForm(props: WebhookFormProps) {
  const { values, onChange, busy, error, notice } = props;
  const [tried, setTried] = useState(0);
  const form = useGoToFault(tried, error);
  const own = faultsOf(values);
  const refused = useRefusal(error, requestOf(values));
  const faults = { ...refused, ...(tried > 0 && own) };

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried((n) => n + 1);
    if (Object.keys(own).length === 0 && !busy) props.onSubmit();
  }

  function choose(type: WantedEventType, chosen: boolean) {
    const others = values.types.filter((one) => one !== type);
    onChange({ ...values, types: chosen ? [...others, type] : others });
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="grid max-w-3xl gap-5">
      <Card>
        <div className="grid gap-4">
          <Field
            label={t`Address`}
            error={faults.url}
            hint={t`Of a program of yours that takes POST requests, by https and on the public Internet.`}
          >
            {(control) => (
              <input
                {...control}
                type="url"
                inputMode="url"
                value={values.url}
                maxLength={2000}
                autoComplete="off"
                spellCheck={false}
                placeholder="https://shop.example.com/crm-events"
                onChange={(event) => onChange({ ...values, url: event.target.value })}
                className="control"
              />
            )}
          </Field>
          <Field
            label={t`Description`}
            optional
            error={faults.description}
            hint={t`What is there: Web shop, say.`}
          >
            {(control) => (
              <input
                {...control}
                value={values.description}
                maxLength={200}
                autoComplete="off"
                onChange={(event) => onChange({ ...values, description: event.target.value })}
                className="control"
              />
            )}
          </Field>
        </div>
      </Card>
      <Card>
        <div className="grid gap-5">
          <Choices
            legend={t`What is sent there`}
            name="what"
            value={values.what}
            choices={[
              { value: "all", label: t`All events`, hint: t`Also those that later versions bring.` },
              { value: "chosen", label: t`Chosen ones`, hint: t`Nothing but what is ticked.` },
            ]}
            onChange={(what) => onChange({ ...values, what })}
          />
          {values.what === "chosen" && (
            <EventChoices
              chosen={values.types}
              fault={listFault("types", faults, values.types)}
              onChoose={choose}
            />
          )}
        </div>
      </Card>
      {notice || <FormProblem error={error} shown={shownFields(error)} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={busy}>
          {props.submitLabel}
        </Button>
        <ButtonLink to={props.cancelTo} onClick={props.onCancel}>
          <Trans>Cancel</Trans>
        </ButtonLink>
      </div>
    </form>
  );
}

type EventChoicesProps = {
  chosen: readonly WantedEventType[];
  fault: string | undefined;
  onChoose: (type: WantedEventType, chosen: boolean) => void;
};

function EventChoices({ chosen, fault, onChoose }: EventChoicesProps) {
  const faultId = useId();
  const box = (group: EventGroup, type: WantedEventType, says: string, isFirst: boolean) => (
    <label
      key={type}
      className="flex items-start gap-3 rounded-lg px-2 py-2 text-sm transition-colors hover:bg-sunken has-focus-visible:outline-2 has-focus-visible:outline-accent"
    >
      <input
        type="checkbox"
        name={group.key}
        checked={chosen.includes(type)}
        aria-invalid={fault && isFirst ? true : undefined}
        aria-describedby={fault && isFirst ? faultId : undefined}
        onChange={(event) => onChoose(type, event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent outline-none"
      />
      <span className="min-w-0">
        <span className="block">{says}</span>
        <span className="block font-mono text-xs wrap-anywhere text-muted">{type}</span>
      </span>
    </label>
  );
  return (
    <div className="grid gap-4">
      {fault && (
        <p id={faultId} className="text-sm text-danger">
          {fault}
        </p>
      )}
      {eventGroups().map((group, index) => (
        <fieldset key={group.key}>
          <legend className="mb-1 text-sm font-medium">{group.name}</legend>
          <div className="-mx-2 grid gap-x-4 sm:grid-cols-2">
            {group.events.map(({ type, says }, place) => box(group, type, says, index + place === 0))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

/** The faults that stand at a field, in the server's own spelling. */
function shownFields(error: unknown): string[] {
  if (!(error instanceof Problem)) return [];
  const outer = (field: string) => fieldPath(field).split(".")[0] ?? "";
  return error.errors.map(({ field }) => field).filter((field) => SHOWN.includes(outer(field)));
}
