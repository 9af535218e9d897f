import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Inbox, Search } from "lucide-react";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/field";
import { ListView } from "@/components/ui/list-view";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Delivery, DeliveryOutcome, Webhook } from "@/lib/contract";
import { formatDateTime, formatNumber, formatRelative } from "@/lib/format";
import { useInAddress } from "@/lib/use-in-address";
import { useDeliveries } from "../api/deliveries";
import { DeliveryDialog } from "./delivery-dialog";
import { answerInWords } from "./delivery-words";

type DeliveriesCardProps = {
  webhook: Webhook;
  /** The delivery of a test that was just sent. */
  expected: string | undefined;
};

/** What was sent, newest first, and what became of it. It follows by itself. */
export function DeliveriesCard({ webhook, expected }: DeliveriesCardProps) {
  const [{ outcome, delivery }, change] = useInAddress({
    outcome: { or: "", of: ["", "waiting", "delivered", "failed", "dropped"] },
    delivery: { or: "" },
  });
  // What is narrowed down may never show the test.
  const list = useDeliveries(webhook.id, outcome, outcome === "" ? expected : undefined);
  const tested = list.items.find(({ id }) => id === expected);
  const linkTo = (id: string) => `?${new URLSearchParams({ ...(outcome && { outcome }), delivery: id })}`;

  const columns: Column<Delivery>[] = [
    {
      header: t`Event`,
      main: true,
      cell: (one) => (
        <>
          <RowLink to={linkTo(one.id)}>{one.type}</RowLink>
          <p className="text-sm text-muted">{one.subject}</p>
          <p className="text-sm text-muted @2xl:hidden">{formatRelative(one.at)}</p>
          {/* On a phone there is no room beside it. */}
          <div className="text-sm wrap-anywhere text-muted @lg:hidden">{answerInWords(one)}</div>
          <div className="text-sm text-muted empty:hidden @lg:hidden">{nextInWords(one)}</div>
        </>
      ),
    },
    {
      header: t`When`,
      from: "md",
      cell: ({ at }) => (
        <time dateTime={at} title={formatDateTime(at)} className="text-sm whitespace-nowrap text-muted">
          {formatRelative(at)}
        </time>
      ),
    },
    {
      header: t`Attempts`,
      end: true,
      from: "sm",
      cell: ({ attempts }) => formatNumber(attempts),
    },
    {
      header: t`Outcome`,
      cell: (one) => (
        <div className="grid justify-items-start gap-1">
          <StatusBadge status={one.outcome} />
          <p className="hidden max-w-56 text-sm wrap-anywhere text-muted @lg:block">{answerInWords(one)}</p>
          <p className="hidden text-sm text-muted @lg:block">{nextInWords(one)}</p>
        </div>
      ),
    },
  ];

  return (
    <Card
      flush
      title={t`Deliveries of the last 30 days`}
      actions={
        <Segmented
          label={t`Which deliveries`}
          value={outcome}
          choices={[
            { value: "", label: t`All` },
            { value: "waiting", label: t`Waiting` },
            { value: "delivered", label: t`Delivered` },
            { value: "failed", label: t`Failed` },
            { value: "dropped", label: t`Dropped` },
          ]}
          onChange={(next: DeliveryOutcome | "") => change({ outcome: next })}
        />
      }
    >
      <p role="status" className="px-5 py-2 text-sm text-muted empty:hidden">
        {expected !== undefined &&
          outcome === "" &&
          (tested ? testInWords(tested) : t`The test is on its way…`)}
      </p>
      <ListView
        list={list}
        noun={(count) => plural(count, { one: "# delivery", other: "# deliveries" })}
        empty={
          outcome === "" ? (
            <Empty icon={<Inbox />} title={t`Nothing was sent yet`}>
              <Trans>Send a test to see whether the receiver takes it. Events follow as they happen.</Trans>
            </Empty>
          ) : (
            <Empty
              icon={<Search />}
              title={t`No delivery has come out so`}
              action={
                <Button onClick={() => change({ outcome: "" })}>
                  <Trans>Show all</Trans>
                </Button>
              }
            />
          )
        }
      >
        {(items) => (
          <Table
            caption={t`Deliveries, newest first`}
            columns={columns}
            rows={items}
            rowKey={({ id }) => id}
          />
        )}
      </ListView>
      <DeliveryDialog webhook={webhook} delivery={delivery} onClose={() => change({ delivery: "" })} />
    </Card>
  );
}

function nextInWords({ outcome, nextAttemptAt }: Delivery): string | undefined {
  if (outcome !== "waiting" || nextAttemptAt === undefined) return undefined;
  const when = formatDateTime(nextAttemptAt);
  return Date.parse(nextAttemptAt) <= Date.now() ? t`the next attempt is due` : t`next attempt ${when}`;
}

function testInWords(test: Delivery): string {
  const answer = answerInWords(test);
  return test.outcome === "delivered"
    ? t`The test was delivered: ${answer}.`
    : t`The test was not taken: ${answer}.`;
}
