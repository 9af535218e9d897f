import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ArrowLeftRight, Undo2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Customer } from "@/lib/contract";
import { formatDate, formatMoney, formatNumber } from "@/lib/format";
import { useCurrency } from "@/lib/stats";
import { useForgetCustomer, useMergeCustomers } from "../api/customers";
import { DuplicateSearch } from "./duplicate-search";

type MergeDialogProps = { customer: Customer; open: boolean; onClose: () => void };

/** Finds a duplicate, shows both side by side, and makes one of two. */
export function MergeDialog({ customer, open, onClose }: MergeDialogProps) {
  const [other, setOther] = useState<Customer | null>(null);
  const [otherStays, setOtherStays] = useState(false);
  const merge = useMergeCustomers();
  const forget = useForgetCustomer();
  const navigate = useNavigate();
  const [stays, goes] = otherStays && other ? [other, customer] : [customer, other];
  const [staysBy, goesBy] = [stays.email, goes?.email];

  function choose(next: Customer | null) {
    setOther(next);
    setOtherStays(false);
    merge.reset();
  }

  function close() {
    choose(null);
    onClose();
  }

  function run() {
    if (!goes) return;
    merge.mutate(
      { into: stays.id, from: goes.id },
      {
        onSuccess: async ({ data: kept }) => {
          const name = kept.name || kept.email;
          toast(t`Merged into ${name}`);
          close();
          if (kept.id !== customer.id) {
            await navigate(`/customers/${encodeURIComponent(kept.id)}`, { replace: true });
          }
          forget(goes.id);
        },
      },
    );
  }

  return (
    <Dialog
      busy={merge.isPending}
      open={open}
      wide
      onClose={close}
      title={t`Merge a duplicate`}
      footer={
        <>
          <Button disabled={merge.isPending} onClick={close}>{t`Cancel`}</Button>
          {goes && (
            <Button look="danger" busy={merge.isPending} onClick={run}>
              {t`Merge for good`}
            </Button>
          )}
        </>
      }
    >
      {other && goes ? (
        <div className="grid gap-4">
          <Comparison stays={stays} goes={goes} />
          <div className="flex flex-wrap gap-2">
            <Button
              icon={<ArrowLeftRight aria-hidden />}
              disabled={merge.isPending}
              onClick={() => {
                setOtherStays(!otherStays);
                merge.reset();
              }}
            >
              {t`Keep the other one instead`}
            </Button>
            <Button
              look="quiet"
              icon={<Undo2 aria-hidden />}
              disabled={merge.isPending}
              onClick={() => choose(null)}
            >
              {t`Choose somebody else`}
            </Button>
          </div>
          <p className="rounded-lg bg-warn-soft px-4 py-3 text-sm">
            <Trans>
              <strong className="font-medium text-warn">This goes one way only.</strong> Orders, activities,
              messages and files of <span className="wrap-anywhere">{goesBy}</span> move to{" "}
              <span className="wrap-anywhere">{staysBy}</span>, which also answers to both addresses from then
              on. What is known of both stays as it is here on the left; what is missing is filled in from the
              right. They cannot be taken apart again.
            </Trans>
          </p>
          <FormProblem error={merge.error} name={() => t`The duplicate`} />
        </div>
      ) : (
        <>
          <p className="text-muted">
            <Trans>
              For a person who is here twice, under two addresses. Choose the other one; nothing happens yet.
            </Trans>
          </p>
          <DuplicateSearch self={customer.id} onChoose={choose} />
        </>
      )}
    </Dialog>
  );
}

function Comparison({ stays, goes }: { stays: Customer; goes: Customer }) {
  const currency = useCurrency();
  const table = useRef<HTMLTableElement>(null);
  // The button that chose the other one is gone: reading goes on here.
  useEffect(() => table.current?.focus(), []);
  const rows: { label: string; show: (customer: Customer) => ReactNode }[] = [
    { label: t`E-mail`, show: ({ email }) => email },
    { label: t`Name`, show: ({ name }) => name },
    { label: t`Phone`, show: ({ phone }) => phone },
    { label: t`Place`, show: ({ city, country }) => [city, country].filter(Boolean).join(", ") },
    { label: t`Orders`, show: ({ orderCount }) => formatNumber(orderCount) },
    { label: t`Spent`, show: ({ totalSpend }) => formatMoney(totalSpend, currency) },
    { label: t`Tags`, show: ({ tags }) => (tags ?? []).join(", ") },
    { label: t`Customer since`, show: ({ createdAt }) => formatDate(createdAt) },
  ];
  return (
    <div className="overflow-x-auto rounded-xl border border-line">
      <table ref={table} tabIndex={-1} className="w-full text-left text-sm outline-none">
        <caption className="sr-only">{t`Both customers side by side`}</caption>
        <thead>
          <tr className="border-b border-line">
            <td />
            <th scope="col" className="bg-accent-soft px-4 py-2 font-medium text-accent">
              {t`Stays`}
            </th>
            <th scope="col" className="px-4 py-2 font-medium text-muted">
              {t`Becomes part of it`}
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map(({ label, show }) => (
            <tr key={label}>
              <th scope="row" className="px-4 py-2 align-top font-normal whitespace-nowrap text-muted">
                {label}
              </th>
              <td className="bg-accent-soft px-4 py-2 align-top wrap-anywhere">{show(stays) || "–"}</td>
              <td className="px-4 py-2 align-top wrap-anywhere">{show(goes) || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
