import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { AuditFilter } from "../api/audit";
import { useUsers } from "../api/users";

const kinds = (): [string, string][] => [
  ["segments", t`Segments`],
  ["campaigns", t`Campaigns`],
  ["customers", t`Customers`],
  ["orders", t`Orders`],
  ["imports", t`Imports`],
  ["suppressions", t`Suppressions`],
  ["users", t`Users`],
  ["keys", t`API keys`],
  ["webhooks", t`Webhooks`],
  ["queues", t`Queues`],
  ["settings", t`Settings`],
];

type AuditFiltersProps = {
  filter: AuditFilter;
  /** What the server finds wrong, by field. */
  faults: Record<string, string>;
  onChange: (filter: AuditFilter) => void;
};

/** Narrows the log down to somebody, to something, and to some days. */
export function AuditFilters({ filter, faults, onChange }: AuditFiltersProps) {
  const users = useUsers();
  const [object, setObject] = useState(filter.object);
  useEffect(() => setObject(filter.object), [filter.object]);
  // An API key, or somebody beyond the first page of users.
  const isOther = filter.actor !== "" && !users.items.some(({ id }) => id === filter.actor);

  function submit(event: FormEvent) {
    event.preventDefault();
    onChange({ ...filter, object: object.trim() });
  }

  const day = (field: "since" | "until", label: string) => (
    <Field label={label} error={faults[field]} className="col-span-2">
      {(control) => (
        <input
          {...control}
          type="date"
          value={filter[field]}
          onChange={(event) => onChange({ ...filter, [field]: event.target.value })}
          className="control sm:w-auto"
        />
      )}
    </Field>
  );

  return (
    <form
      aria-label={t`Narrow down`}
      onSubmit={submit}
      noValidate
      className="grid grid-cols-2 items-start gap-3 border-b border-line px-5 pt-4 pb-5 sm:flex sm:flex-wrap"
    >
      <Field label={t`Who`} error={faults.actor}>
        {(control) => (
          <select
            {...control}
            value={filter.actor}
            onChange={(event) => onChange({ ...filter, actor: event.target.value })}
            className="control max-w-60"
          >
            <option value="">
              <Trans>Everybody</Trans>
            </option>
            {isOther && <option value={filter.actor}>{filter.actor}</option>}
            {users.items.map(({ id, email }) => (
              <option key={id} value={id}>
                {email}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t`About`}>
        {(control) => (
          <select
            {...control}
            value={filter.kind}
            onChange={(event) => onChange({ ...filter, kind: event.target.value })}
            className="control max-w-60"
          >
            <option value="">
              <Trans>Everything</Trans>
            </option>
            {kinds().map(([kind, label]) => (
              <option key={kind} value={kind}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {day("since", t`From`)}
      {day("until", t`Until`)}
      <Field label={t`What`} error={faults.object} className="col-span-2 sm:min-w-48 sm:flex-1">
        {(control) => (
          <input
            {...control}
            value={object}
            maxLength={300}
            autoComplete="off"
            placeholder="segments/ID"
            onChange={(event) => setObject(event.target.value)}
            className="control"
          />
        )}
      </Field>
      <Button type="submit" className="justify-self-start sm:mt-7" icon={<Search aria-hidden />}>
        <Trans>Look up</Trans>
      </Button>
    </form>
  );
}
