import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import type { Campaign } from "@/lib/contract";
import { formatNumber } from "@/lib/format";
import { statusInWords } from "@/lib/status";

type Status = Campaign["status"];

const STATUSES: readonly Status[] = [
  "draft",
  "scheduled",
  "sending",
  "paused",
  "sent",
  "cancelled",
  "failed",
];

/** What the list is narrowed down to; what is empty narrows nothing. */
type ListFilter = { search: string; status: Status | "" };

/** Kept in the page's address, so that links, reload and the back button keep it. */
export function useListFilter(): [ListFilter, (change: Partial<ListFilter>) => void] {
  const [params, setParams] = useSearchParams();
  const status = STATUSES.find((one) => one === params.get("status")) ?? "";
  const filter: ListFilter = { search: params.get("search") ?? "", status };
  return [
    filter,
    (change) => {
      const next = Object.entries({ ...filter, ...change }).filter(([, value]) => value !== "");
      setParams(Object.fromEntries(next), { replace: true });
    },
  ];
}

export function fits({ name, status }: Campaign, filter: ListFilter): boolean {
  return (
    (filter.status === "" || status === filter.status) &&
    name.toLocaleLowerCase().includes(filter.search.trim().toLocaleLowerCase())
  );
}

/** The server does not search campaigns, so it is said how far the search has come. */
export function amongInWords(shown: number, loaded: number, isAll: boolean): string {
  const [count, all] = [formatNumber(shown), formatNumber(loaded)];
  return isAll ? t`${count} among all ${all} campaigns` : t`${count} among the first ${all} campaigns`;
}

type ListFiltersProps = { filter: ListFilter; onChange: (change: Partial<ListFilter>) => void };

export function ListFilters({ filter: { search, status }, onChange }: ListFiltersProps) {
  const [typed, setTyped] = useState(search);
  useEffect(() => setTyped(search), [search]);
  return (
    <div className="flex flex-wrap gap-2">
      <input
        type="search"
        aria-label={t`Search campaigns`}
        placeholder={t`Part of a name`}
        autoComplete="off"
        maxLength={200}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange({ search: event.target.value });
        }}
        className="control w-64"
      />
      <select
        aria-label={t`Status`}
        value={status}
        onChange={(event) => onChange({ status: event.target.value as Status | "" })}
        className="control w-auto"
      >
        <option value="">
          <Trans>Every status</Trans>
        </option>
        {STATUSES.map((one) => (
          <option key={one} value={one}>
            {statusInWords(one)}
          </option>
        ))}
      </select>
    </div>
  );
}
