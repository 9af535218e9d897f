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
          toast(`Merged into ${kept.name || kept.email}`);
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
      open={open}
      wide
      onClose={close}
      title="Merge a duplicate"
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          {goes && (
            <Button look="danger" busy={merge.isPending} onClick={run}>
              Merge for good
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
              Keep the other one instead
            </Button>
            <Button
              look="quiet"
              icon={<Undo2 aria-hidden />}
              disabled={merge.isPending}
              onClick={() => choose(null)}
            >
              Choose somebody else
            </Button>
          </div>
          <p className="rounded-lg bg-warn-soft px-4 py-3 text-sm">
            <strong className="font-medium text-warn">This goes one way only.</strong> Orders, activities,
            messages and files of <span className="wrap-anywhere">{goes.email}</span> move to{" "}
            <span className="wrap-anywhere">{stays.email}</span>, which also answers to both addresses from
            then on. What is known of both stays as it is here on the left; what is missing is filled in from
            the right. They cannot be taken apart again.
          </p>
          <FormProblem error={merge.error} name={() => "The duplicate"} />
        </div>
      ) : (
        <>
          <p className="text-muted">
            For a person who is here twice, under two addresses. Choose the other one; nothing happens yet.
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
    { label: "E-mail", show: ({ email }) => email },
    { label: "Name", show: ({ name }) => name },
    { label: "Phone", show: ({ phone }) => phone },
    { label: "Place", show: ({ city, country }) => [city, country].filter(Boolean).join(", ") },
    { label: "Orders", show: ({ orderCount }) => formatNumber(orderCount) },
    { label: "Spent", show: ({ totalSpend }) => formatMoney(totalSpend, currency) },
    { label: "Tags", show: ({ tags }) => (tags ?? []).join(", ") },
    { label: "Customer since", show: ({ createdAt }) => formatDate(createdAt) },
  ];
  return (
    <div className="overflow-x-auto rounded-xl border border-line">
      <table ref={table} tabIndex={-1} className="w-full text-left text-sm outline-none">
        <caption className="sr-only">Both customers side by side</caption>
        <thead>
          <tr className="border-b border-line">
            <td />
            <th scope="col" className="bg-accent-soft px-4 py-2 font-medium text-accent">
              Stays
            </th>
            <th scope="col" className="px-4 py-2 font-medium text-muted">
              Becomes part of it
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
