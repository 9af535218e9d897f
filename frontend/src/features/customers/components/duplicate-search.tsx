import { plural, t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { Field } from "@/components/ui/field";
import { Failure, Skeleton } from "@/components/ui/states";
import type { Customer } from "@/lib/contract";
import { formatDate } from "@/lib/format";
import { useDebounced } from "@/lib/use-debounced";
import { useCustomers } from "../api/customers";

/** How many are shown; whoever is not among them is found by more letters. */
const MOST = 8;

type DuplicateSearchProps = {
  /** Cannot be a duplicate of themselves. */
  self: string;
  onChoose: (customer: Customer) => void;
};

/** Finds the other customer of a merge. */
export function DuplicateSearch({ self, onChoose }: DuplicateSearchProps) {
  const [typed, setTyped] = useState("");
  const box = useRef<HTMLInputElement>(null);
  const search = typed.trim();
  const settled = useDebounced(search, 250);
  const list = useCustomers(settled, { enabled: settled !== "" });
  const found = list.items.filter(({ id }) => id !== self);
  const looking = search !== settled || list.isPending || list.isPlaceholderData;

  // Also for who comes back from a comparison, whose button is gone.
  useEffect(() => box.current?.focus(), []);

  return (
    <div className="grid gap-3">
      <Field label={t`Find the duplicate`} hint={t`By the beginning of the name or e-mail address.`}>
        {(control) => (
          <input
            {...control}
            ref={box}
            type="search"
            autoComplete="off"
            value={typed}
            maxLength={200}
            onChange={(event) => setTyped(event.target.value)}
            className="control"
          />
        )}
      </Field>
      {search !== "" && (
        <div className="min-h-24">
          {list.isError ? (
            <Failure error={list.error} onRetry={() => void list.refetch()} className="px-0! py-4!" />
          ) : looking ? (
            <div role="status" className="grid gap-3 py-2">
              <span className="sr-only">{t`Searching`}</span>
              <Skeleton className="h-5 w-3/5" />
              <Skeleton className="h-5 w-2/5" />
            </div>
          ) : (
            <>
              <p role="status" className={found.length > 0 ? "sr-only" : "text-sm text-muted"}>
                {found.length > 0
                  ? plural(found.length, { one: "# customer found", other: "# customers found" })
                  : t`Nobody else matches “${search}”.`}
              </p>
              <ul aria-label={t`Found`} className="grid gap-1">
                {found.slice(0, MOST).map((customer) => (
                  <li key={customer.id}>
                    <button
                      type="button"
                      onClick={() => onChoose(customer)}
                      className="flex w-full flex-wrap items-baseline justify-between gap-x-4 rounded-lg border border-line px-3.5 py-2.5 text-left text-sm transition-colors hover:bg-sunken"
                    >
                      <span className="min-w-0 wrap-anywhere">
                        <span className="font-medium">{customer.name || customer.email}</span>
                        {customer.name && <span className="text-muted"> {customer.email}</span>}
                      </span>{" "}
                      <span className="text-muted">
                        <OrdersSince customer={customer} />
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
              {found.length > MOST && (
                <p className="mt-2 text-sm text-muted">
                  <Trans>There are more: type more letters.</Trans>
                </p>
              )}
            </>
          )}
        </div>
      )}
    </div>
  );
}

function OrdersSince({ customer: { orderCount, createdAt } }: { customer: Customer }) {
  const date = formatDate(createdAt);
  return <Plural value={orderCount} one={`# order, since ${date}`} other={`# orders, since ${date}`} />;
}
