import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useSearchParams } from "react-router";
import { Button } from "@/components/ui/button";
import { statusInWords } from "@/lib/status";
import type { LogFilter } from "../api/campaigns";
import { variantName } from "./campaign-summary";
import { STATUSES } from "./message-words";

const PARTS = ["status", "variant", "email"] as const;

/** What the log is narrowed down to, kept in the page's address. What makes no sense there narrows nothing. */
export function useLogFilter(variants: number): [LogFilter, (change: LogFilter) => void] {
  const [params, setParams] = useSearchParams();
  const status = STATUSES.find((one) => one === params.get("status"));
  const variant = choices(variants).find((one) => one === params.get("variant"));
  const email = params.get("email")?.trim();
  const filter = { ...(status && { status }), ...(variant && { variant }), ...(email && { email }) };
  return [
    filter,
    (next) =>
      setParams(
        (current) => {
          const changed = new URLSearchParams(current);
          for (const part of PARTS) {
            if (next[part]) changed.set(part, next[part]);
            else changed.delete(part);
          }
          return changed;
        },
        { replace: true },
      ),
  ];
}

/** The places of variants, as the API has them. */
const choices = (variants: number) => Array.from({ length: variants }, (_, index) => String(index));

type LogFiltersProps = {
  filter: LogFilter;
  /** How many there are. */
  variants: number;
  /** What is wrong with the address. */
  fault: string | undefined;
  onChange: (filter: LogFilter) => void;
};

export function LogFilters({ filter, variants, fault, onChange }: LogFiltersProps) {
  const change = (part: Partial<Record<keyof LogFilter, string>>) => {
    const next = Object.entries({ ...filter, ...part }).filter(([, value]) => value !== "");
    onChange(Object.fromEntries(next) as LogFilter);
  };
  return (
    <>
      <AddressSearch email={filter.email ?? ""} fault={fault} onSearch={(email) => change({ email })} />
      <select
        aria-label={t`Status`}
        value={filter.status ?? ""}
        onChange={(event) => change({ status: event.target.value })}
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
      {variants > 1 && (
        <select
          aria-label={t`Variant`}
          value={filter.variant ?? ""}
          onChange={(event) => change({ variant: event.target.value })}
          className="control w-auto"
        >
          <option value="">
            <Trans>Every variant</Trans>
          </option>
          {choices(variants).map((one, index) => (
            <option key={one} value={one}>
              {variantName(index)}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

type AddressSearchProps = { email: string; fault: string | undefined; onSearch: (email: string) => void };

/** The server finds whole addresses only, so it is asked once somebody says that this is one. */
function AddressSearch({ email, fault, onSearch }: AddressSearchProps) {
  const [typed, setTyped] = useState(email);
  const id = useId();
  useEffect(() => setTyped(email), [email]);
  return (
    <div>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(typed.trim());
        }}
        className="flex gap-1"
      >
        <input
          type="search"
          inputMode="email"
          autoComplete="off"
          aria-label={t`Address`}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? id : undefined}
          placeholder={t`A whole address`}
          maxLength={254}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            // Also by the cross that browsers put into it.
            if (event.target.value === "" && email !== "") onSearch("");
          }}
          className="control w-48"
        />
        <Button type="submit" aria-label={t`Find this address`} icon={<Search aria-hidden />} />
      </form>
      {fault && (
        <p id={id} role="alert" className="text-sm text-danger">
          {fault}
        </p>
      )}
    </div>
  );
}
