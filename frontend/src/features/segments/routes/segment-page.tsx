import { Pencil, Send, Trash2, UsersRound } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty, Failure, FormProblem, SkeletonRows } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import { toast } from "@/components/ui/toasts";
import type { Customer, Segment } from "@/lib/contract";
import { formatMoney, formatNumber, formatRelative, formatShare } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useCurrency } from "@/lib/stats";
import { useDeleteSegment, useMembers, usePreview, useSegment } from "../api/segments";
import { RulesInWords } from "../components/rules-in-words";

const BACK = { to: "/segments", label: "Segments" };

export function Component() {
  const { id = "" } = useParams();
  const segment = useSegment(id);
  if (!segment.data) {
    return (
      <Page title="Segment" back={BACK}>
        <Card flush>
          {segment.isError ? (
            <Failure error={segment.error} onRetry={() => void segment.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  return <Loaded segment={segment.data.data} etag={segment.data.etag} />;
}

function Loaded({ segment, etag }: { segment: Segment; etag: string | null }) {
  const [asking, setAsking] = useState(false);
  const mayWrite = useMay("write");
  const id = encodeURIComponent(segment.id);
  return (
    <Page
      title={segment.name}
      back={BACK}
      description={segment.description}
      actions={
        mayWrite && (
          <>
            <Button look="danger" icon={<Trash2 aria-hidden />} onClick={() => setAsking(true)}>
              Delete
            </Button>
            <ButtonLink to={`/segments/${id}/edit`} icon={<Pencil aria-hidden />}>
              Edit
            </ButtonLink>
            <ButtonLink look="primary" to={`/campaigns/new?segment=${id}`} icon={<Send aria-hidden />}>
              Write to them
            </ButtonLink>
          </>
        )
      }
    >
      <Card title="Rules">
        <p className="wrap-anywhere">
          <RulesInWords rules={segment.rules} />
        </p>
        <Count segment={segment} />
      </Card>
      <Members id={segment.id} />
      <DeleteDialog segment={segment} etag={etag} open={asking} onClose={() => setAsking(false)} />
    </Page>
  );
}

function Count({ segment }: { segment: Segment }) {
  const { data } = usePreview(segment.rules);
  if (!data) return null;
  return (
    <p className="mt-3 text-muted">
      <span className="text-xl font-semibold text-ink tabular-nums">{formatNumber(data.count)}</span> of{" "}
      {formatNumber(data.total)} customers ({formatShare(data.count, data.total)})
    </p>
  );
}

function Members({ id }: { id: string }) {
  const list = useMembers(id);
  const currency = useCurrency();
  const columns: Column<Customer>[] = [
    {
      header: "Member",
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
    { header: "City", from: "md", cell: (customer) => customer.city ?? "–" },
    { header: "Orders", end: true, from: "sm", cell: (customer) => formatNumber(customer.orderCount) },
    { header: "Spent", end: true, cell: (customer) => formatMoney(customer.totalSpend, currency) },
    {
      header: "Last order",
      end: true,
      from: "md",
      cell: (customer) => (
        <span className="whitespace-nowrap text-muted">{formatRelative(customer.lastOrderAt)}</span>
      ),
    },
  ];
  return (
    <Card title="Members" flush>
      <ListView
        list={list}
        noun="members"
        empty={
          <Empty icon={<UsersRound />} title="Nobody matches these rules now">
            People join by themselves as soon as the rules hold for them.
          </Empty>
        }
      >
        {(items) => (
          <Table caption="Members" columns={columns} rows={items} rowKey={(customer) => customer.id} />
        )}
      </ListView>
    </Card>
  );
}

type DeleteDialogProps = { segment: Segment; etag: string | null; open: boolean; onClose: () => void };

function DeleteDialog({ segment, etag, open, onClose }: DeleteDialogProps) {
  const remove = useDeleteSegment(segment.id);
  const navigate = useNavigate();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Delete ${segment.name}?`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() =>
              remove.mutate(etag, {
                onSuccess: () => {
                  toast("Segment deleted");
                  navigate("/segments", { replace: true });
                },
              })
            }
          >
            Delete segment
          </Button>
        </>
      }
    >
      <p className="text-muted">
        Its rules are gone then. Customers, and campaigns that were sent to it, stay as they are.
      </p>
      <FormProblem error={remove.error} />
    </Dialog>
  );
}
