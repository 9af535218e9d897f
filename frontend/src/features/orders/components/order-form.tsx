import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import { useGoToFault } from "@/lib/go-to-fault";
import { formatMinor, readAmount } from "@/lib/money";
import { faultsByField, fieldPath, Problem } from "@/lib/problem";
import { ItemsInput } from "./items-input";
import { type FieldName, faultsOf, fieldNames, type OrderValues, sumOf } from "./order-values";

type OrderFormProps = {
  values: OrderValues;
  currency: string;
  busy: boolean;
  error: unknown;
  onChange: (values: OrderValues) => void;
  onCancel: () => void;
  onSubmit: () => void;
};

/** A new order: who, what, and what it comes to. Values are the page's, which keeps them over a reload. */
export function OrderForm({ values, currency, busy, error, onChange, onCancel, onSubmit }: OrderFormProps) {
  const [tried, setTried] = useState(0);
  const form = useGoToFault(tried, error);
  const own = tried > 0 ? faultsOf(values, currency) : {};
  const faults = { ...faultsByField(error), ...own };
  const names = fieldNames();
  const set = (part: Partial<OrderValues>) => onChange({ ...values, ...part });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(tried + 1);
    if (!busy && Object.keys(faultsOf(values, currency)).length === 0) onSubmit();
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="grid max-w-4xl gap-5">
      <Card title={t`Who ordered`}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={names.email}
            error={faults.email}
            hint={t`Somebody who is not known yet becomes a customer by this order.`}
            className="sm:col-span-2"
          >
            {(control) => (
              <input
                {...control}
                type="email"
                value={values.email}
                maxLength={254}
                autoComplete="off"
                onChange={(event) => set({ email: event.target.value })}
                className="control max-w-md"
              />
            )}
          </Field>
          <Field
            label={names.orderId}
            optional
            error={faults.orderId}
            hint={t`Your own. The same number is never counted twice.`}
          >
            {(control) => (
              <input
                {...control}
                value={values.orderId}
                maxLength={100}
                autoComplete="off"
                onChange={(event) => set({ orderId: event.target.value })}
                className="control"
              />
            )}
          </Field>
          <Field label={names.placedAt} optional error={faults.placedAt} hint={t`Now, unless you say when.`}>
            {(control) => (
              <input
                {...control}
                type="datetime-local"
                value={values.placedAt}
                onChange={(event) => set({ placedAt: event.target.value })}
                className="control"
              />
            )}
          </Field>
        </div>
      </Card>
      <Card title={t`What was ordered`}>
        <ItemsInput
          items={values.items}
          currency={currency}
          faults={faults}
          onChange={(items) => set({ items })}
        />
      </Card>
      <Card title={t`What it comes to`}>
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Total values={values} currency={currency} />
          <Field
            label={names.total}
            optional
            error={faults.total}
            hint={t`In ${currency}, if it was not the sum: after a discount, say. This is what counts then.`}
          >
            {(control) => (
              <input
                {...control}
                inputMode="decimal"
                value={values.total}
                maxLength={20}
                autoComplete="off"
                onChange={(event) => set({ total: event.target.value })}
                className="control tabular-nums"
              />
            )}
          </Field>
        </div>
      </Card>
      <FormProblem error={error} shown={shownBeside(error, values)} name={fieldInWords} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={busy}>
          <Trans>Place order</Trans>
        </Button>
        <ButtonLink look="quiet" to="/orders" onClick={onCancel}>
          <Trans>Cancel</Trans>
        </ButtonLink>
      </div>
    </form>
  );
}

function Total({ values, currency }: { values: OrderValues; currency: string }) {
  const sum = sumOf(values.items, currency);
  const paid = values.total.trim() === "" ? undefined : readAmount(values.total, currency);
  const counted = paid && "minor" in paid ? paid.minor : sum.minor;
  const ofItems = formatMinor(sum.minor, currency);
  return (
    <div role="status" aria-label={t`Total`}>
      <p className="text-sm font-medium">
        <Trans>Total</Trans>
      </p>
      <p className="text-2xl font-semibold tracking-tight tabular-nums wrap-anywhere">
        {formatMinor(counted, currency)}
      </p>
      <p className="text-sm text-muted">
        {counted !== sum.minor
          ? t`The items come to ${ofItems}`
          : sum.whole
            ? t`The sum of all items`
            : t`The sum of the items that are filled in`}
      </p>
    </div>
  );
}

const PATH_OF_ITEM = /^items(?:\.(\d+)\.(?:sku|name|quantity|unitPrice))?$/;

/** The fields of a refusal, as the server spells them, that have a place on the screen. */
function shownBeside(error: unknown, values: OrderValues): string[] {
  if (!(error instanceof Problem)) return [];
  const isShown = (path: string) => {
    const [item, at] = PATH_OF_ITEM.exec(path) ?? [];
    if (item !== undefined) return at === undefined || Number(at) < values.items.length;
    return path in fieldNames();
  };
  return error.errors.map(({ field }) => field).filter((field) => isShown(fieldPath(field)));
}

const fieldInWords = (field: string) => fieldNames()[fieldPath(field) as FieldName] ?? field;
