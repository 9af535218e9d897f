import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { Message } from "@/lib/contract";
import { variantName } from "./campaign-summary";
import { STATUSES, type Status, statusName } from "./message-words";

/** What the log is narrowed down to; an empty part narrows nothing. */
export type LogFilter = {
  status: Status | "";
  /** The place of a variant, as a choice has it. */
  variant: string;
  /** A part of an address, in small letters. */
  address: string;
};

export const ANYTHING: LogFilter = { status: "", variant: "", address: "" };

export function matches(message: Message, { status, variant, address }: LogFilter): boolean {
  return (
    (status === "" || message.status === status) &&
    (variant === "" || String(message.variant) === variant) &&
    message.email.toLowerCase().includes(address)
  );
}

type LogFiltersProps = {
  filter: LogFilter;
  /** How many there are. */
  variants: number;
  onChange: (filter: LogFilter) => void;
};

export function LogFilters({ filter, variants, onChange }: LogFiltersProps) {
  const change = (part: Partial<LogFilter>) => {
    const next = { ...filter, ...part };
    onChange(next.status === "" && next.variant === "" && next.address === "" ? ANYTHING : next);
  };
  return (
    <>
      <input
        type="search"
        aria-label={t`Address`}
        placeholder={t`Part of an address`}
        maxLength={254}
        onChange={(event) => change({ address: event.target.value.trim().toLowerCase() })}
        className="control w-44"
      />
      <select
        aria-label={t`Status`}
        value={filter.status}
        onChange={(event) => change({ status: event.target.value as Status | "" })}
        className="control w-auto"
      >
        <option value="">
          <Trans>Every status</Trans>
        </option>
        {STATUSES.map((one) => (
          <option key={one} value={one}>
            {statusName(one)}
          </option>
        ))}
      </select>
      {variants > 1 && (
        <select
          aria-label={t`Variant`}
          value={filter.variant}
          onChange={(event) => change({ variant: event.target.value })}
          className="control w-auto"
        >
          <option value="">
            <Trans>Every variant</Trans>
          </option>
          {Array.from({ length: variants }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: variants are known by their place
            <option key={index} value={String(index)}>
              {variantName(index)}
            </option>
          ))}
        </select>
      )}
    </>
  );
}
