import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { FileDown, Search, ShieldOff } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty, FormProblem } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import { channelName } from "@/lib/channel-name";
import type { Channel, Suppression, SuppressionReason } from "@/lib/contract";
import { useFocusInRows } from "@/lib/focus-in-rows";
import { formatDateTime } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { faultsByField } from "@/lib/problem";
import { type SuppressionFilter, useExportSuppressions, useSuppressions } from "../api/suppressions";
import { AddCard } from "../components/add-card";
import { reasons } from "../components/reason-words";
import { RemoveDialog } from "../components/remove-dialog";

const CHANNELS: readonly Channel[] = ["email", "sms", "whatsapp"];
const EVERYTHING: SuppressionFilter = { channel: "", reason: "", address: "" };

const columns = (): Column<Suppression>[] => [
  {
    header: t`Address`,
    main: true,
    cell: ({ address, channel }) => (
      <>
        <p className="font-medium">{address ?? t`not kept`}</p>
        <p className="text-sm text-muted">{channelName(channel)}</p>
      </>
    ),
  },
  {
    header: t`Reason`,
    cell: ({ reason }) => (
      <>
        <p>{reasons()[reason]?.label ?? reason}</p>
        <p className="text-sm text-muted max-sm:hidden">{reasons()[reason]?.means}</p>
      </>
    ),
  },
  {
    header: t`Since`,
    from: "sm",
    cell: ({ at }) => <span className="text-sm whitespace-nowrap text-muted">{formatDateTime(at)}</span>,
  },
];

/** Addresses that no campaign writes to: who they are, why, and how they get on the list and off it. */
export function Component() {
  const [filter, setFilter] = useState(EVERYTHING);
  const [typed, setTyped] = useState("");
  const [removing, setRemoving] = useState<Suppression | null>(null);
  const list = useSuppressions(filter);
  const exporting = useExportSuppressions();
  const mayAdd = useMay("write");
  const mayRemove = useMay("administer");
  const isFiltered = Object.values(filter).some(Boolean);
  const refused = faultsByField(list.error).address;

  const { address } = filter;
  const rows = useFocusInRows<HTMLDivElement>();

  function showAll() {
    setTyped("");
    setFilter(EVERYTHING);
  }

  const remove: Column<Suppression> = {
    header: t`Action`,
    end: true,
    cell: (suppression) => (
      <Button look="quiet" aria-label={takeOffName(suppression)} onClick={() => setRemoving(suppression)}>
        <Trans>Take off</Trans>
      </Button>
    ),
  };

  return (
    <Page
      title={t`Suppressions`}
      description={t`Addresses that no campaign writes to. Bounces, complaints and unsubscriptions come here by themselves.`}
      actions={
        <Button
          icon={<FileDown aria-hidden />}
          busy={exporting.isPending}
          onClick={() => exporting.mutate(filter)}
        >
          <Trans>Export CSV</Trans>
        </Button>
      }
    >
      <FormProblem error={exporting.error} />
      {mayAdd && <AddCard />}
      <Card title={t`On the list`} flush>
        <Filters filter={filter} typed={typed} refused={refused} onType={setTyped} onChange={setFilter} />
        {refused ? (
          <p className="px-5 pb-8 text-muted">
            <Trans>Put the address right to look it up.</Trans>
          </p>
        ) : (
          <div ref={rows}>
            <ListView
              list={list}
              noun={(count) => plural(count, { one: "# address", other: "# addresses" })}
              empty={
                isFiltered ? (
                  <Empty
                    icon={<Search />}
                    title={
                      filter.address ? t`${address} is not on the list` : t`Nothing on the list is like that`
                    }
                    action={
                      <Button onClick={showAll}>
                        <Trans>Show all</Trans>
                      </Button>
                    }
                  >
                    {filter.address && t`Campaigns write to this address, given consent.`}
                  </Empty>
                ) : (
                  <Empty icon={<ShieldOff />} title={t`Nobody is suppressed`}>
                    <Trans>
                      Who bounces, complains or unsubscribes is put here by itself and never written to again.
                      If you come from another system, bring its list along, so that nobody is bothered who
                      had said no.
                    </Trans>
                  </Empty>
                )
              }
            >
              {(items) => (
                <Table
                  caption={t`Suppressed addresses`}
                  columns={mayRemove ? [...columns(), remove] : columns()}
                  rows={items}
                  rowKey={({ id }) => id}
                />
              )}
            </ListView>
          </div>
        )}
      </Card>
      <RemoveDialog suppression={removing} onClose={() => setRemoving(null)} />
    </Page>
  );
}

const takeOffName = ({ address }: Suppression) => {
  const name = address ?? t`this address`;
  return t`Take off the list: ${name}`;
};

type FiltersProps = {
  filter: SuppressionFilter;
  /** The address as it is typed, before it is looked up. */
  typed: string;
  refused: string | undefined;
  onType: (typed: string) => void;
  onChange: (filter: SuppressionFilter) => void;
};

/** Addresses are kept as hashes, so one is found when it is written in full. */
function Filters({ filter, typed, refused, onType, onChange }: FiltersProps) {
  function submit(event: FormEvent) {
    event.preventDefault();
    onChange({ ...filter, address: typed.trim() });
  }
  return (
    <form
      aria-label={t`Search`}
      onSubmit={submit}
      noValidate
      className="flex flex-wrap items-start gap-3 border-b border-line px-5 pt-3 pb-5"
    >
      <Field label={t`A whole address`} error={refused} className="min-w-48 flex-1">
        {(control) => (
          <input
            {...control}
            value={typed}
            maxLength={254}
            autoComplete="off"
            placeholder="asha@example.com"
            onChange={(event) => {
              onType(event.target.value);
              if (event.target.value === "") onChange({ ...filter, address: "" });
            }}
            className="control"
          />
        )}
      </Field>
      <Button type="submit" className="mt-7" icon={<Search aria-hidden />}>
        <Trans>Look up</Trans>
      </Button>
      <Choice
        label={t`Channel`}
        every={t`Every channel`}
        value={filter.channel}
        choices={CHANNELS.map((value) => ({ value, label: channelName(value) }))}
        onChange={(channel) => onChange({ ...filter, channel })}
      />
      <Choice
        label={t`Reason`}
        every={t`Every reason`}
        value={filter.reason}
        choices={Object.entries(reasons()).map(([value, { label }]) => ({
          value: value as SuppressionReason,
          label,
        }))}
        onChange={(reason) => onChange({ ...filter, reason })}
      />
    </form>
  );
}

type ChoiceProps<T extends string> = {
  label: string;
  every: string;
  value: T | "";
  choices: readonly { value: T; label: string }[];
  onChange: (value: T | "") => void;
};

function Choice<T extends string>({ label, every, value, choices, onChange }: ChoiceProps<T>) {
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value as T | "")}
          className="control w-auto"
        >
          <option value="">{every}</option>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
