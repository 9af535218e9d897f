import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { FileDown, PenLine, UsersRound } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ExportStatus } from "@/components/ui/export-status";
import { ListView } from "@/components/ui/list-view";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import { toast } from "@/components/ui/toasts";
import type { Customer, Segment } from "@/lib/contract";
import { useFileExport } from "@/lib/exports";
import { useFocusInRows } from "@/lib/focus-in-rows";
import { formatMoney, formatNumber, formatRelative } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { asProblem } from "@/lib/problem";
import { useCurrency } from "@/lib/stats";
import { useChangePeople, useMembers } from "../api/segments";
import { EditMembersDialog } from "./edit-members-dialog";

export function MembersCard({ segment }: { segment: Segment }) {
  const list = useMembers(segment.id);
  const currency = useCurrency();
  // Several changes may be on their way, each with a word of its own.
  const change = useChangePeople(segment.id);
  const mayWrite = useMay("write");
  const mayRemove = mayWrite && segment.kind === "list";
  const exporting = useFileExport({ of: "segments", id: segment.id }, segment.count ?? 0);
  const [editing, setEditing] = useState(false);

  // Once the building has ended, others belong than before.
  const { refetch } = list;
  const shown = useRef(segment.state);
  useEffect(() => {
    if (shown.current !== segment.state) void refetch();
    shown.current = segment.state;
  }, [segment.state, refetch]);

  const rows = useFocusInRows<HTMLDivElement>();

  function takeOff(customer: Customer) {
    const who = nameOf(customer);
    change.mutateAsync({ remove: [customer.id] }).then(
      () => toast(t`${who} will be off the list in a moment`, { undo: () => putBack(customer) }),
      (error) => {
        const reason = asProblem(error).message;
        toast(t`${who} could not be taken off: ${reason}`);
      },
    );
  }

  function putBack(customer: Customer) {
    const who = nameOf(customer);
    change.mutateAsync({ add: [customer.id] }).then(
      () => toast(t`${who} will be on the list again in a moment`),
      (error) => {
        const reason = asProblem(error).message;
        toast(t`${who} could not be put back: ${reason}`, { undo: () => putBack(customer) });
      },
    );
  }

  const columns: Column<Customer>[] = [
    {
      header: t`Member`,
      main: true,
      cell: (customer) => (
        <>
          <RowLink to={`/customers/${encodeURIComponent(customer.id)}`}>
            {customer.name || customer.email}
          </RowLink>
          {customer.name && <p className="text-sm text-muted wrap-anywhere">{customer.email}</p>}
        </>
      ),
    },
    { header: t`City`, from: "md", cell: (customer) => customer.city ?? "–" },
    { header: t`Orders`, end: true, from: "sm", cell: (customer) => formatNumber(customer.orderCount) },
    { header: t`Spent`, end: true, cell: (customer) => formatMoney(customer.totalSpend, currency) },
    {
      header: t`Last order`,
      end: true,
      from: "md",
      cell: (customer) => (
        <span className="whitespace-nowrap text-muted">{formatRelative(customer.lastOrderAt)}</span>
      ),
    },
  ];
  if (mayRemove) {
    columns.push({
      header: t`On the list`,
      end: true,
      cell: (customer) => (
        // Over the link that fills the row.
        <span className="relative z-10">
          <Button look="quiet" aria-label={removes(customer)} onClick={() => takeOff(customer)}>
            <Trans>Remove</Trans>
          </Button>
        </span>
      ),
    });
  }

  return (
    <Card
      title={t`Members`}
      flush
      actions={
        mayWrite && (
          <div className="flex flex-wrap gap-2">
            <Button icon={<PenLine aria-hidden />} onClick={() => setEditing(true)}>
              <Trans>Edit all</Trans>
            </Button>
            <Button
              icon={<FileDown aria-hidden />}
              ref={exporting.button}
              busy={exporting.isRunning}
              onClick={exporting.start}
            >
              <Trans>Export CSV</Trans>
            </Button>
          </div>
        )
      }
    >
      {mayWrite && (
        <>
          <EditMembersDialog segment={segment} open={editing} onClose={() => setEditing(false)} />
          <ExportStatus
            exporting={exporting}
            noun={(count) => plural(count, { one: "# customer", other: "# customers" })}
          />
        </>
      )}
      <div ref={rows}>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# member", other: "# members" })}
          empty={<Nobody segment={segment} mayAdd={mayRemove} />}
        >
          {(items) => (
            <Table caption={t`Members`} columns={columns} rows={items} rowKey={(customer) => customer.id} />
          )}
        </ListView>
      </div>
    </Card>
  );
}

function nameOf({ name, email }: Customer): string {
  return name || email;
}

function removes(customer: Customer): string {
  const who = nameOf(customer);
  return t`Remove ${who}`;
}

function Nobody({ segment, mayAdd }: { segment: Segment; mayAdd: boolean }) {
  if (segment.kind === "list") {
    return (
      <Empty icon={<UsersRound />} title={t`Nobody is on this list yet`}>
        {mayAdd
          ? t`Name people above, by e-mail address or from a CSV file.`
          : t`Whoever may write to customers can name people here.`}
      </Empty>
    );
  }
  if (segment.state === "building" && segment.count === undefined) {
    return (
      <Empty icon={<UsersRound />} title={t`Nobody has been found yet`}>
        <Trans>The members are still being found; they appear here by themselves.</Trans>
      </Empty>
    );
  }
  return (
    <Empty icon={<UsersRound />} title={t`Nobody matches these rules now`}>
      <Trans>People join by themselves as soon as the rules hold for them.</Trans>
    </Empty>
  );
}
