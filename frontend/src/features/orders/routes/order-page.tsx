import { select, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { Link, useParams } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { type Fact, Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { Empty, Failure, SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Order, OrderStatus } from "@/lib/contract";
import { formatDateTime, formatMoney, formatNumber } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { Problem } from "@/lib/problem";
import { statusInWords } from "@/lib/status";
import { ERASED, useCustomerOf, useOrder } from "../api/orders";
import { OrderItems, sumIfPaidOtherwise } from "../components/order-items";
import { StatusActions } from "../components/status-actions";

/** A change that the server has accepted and not made yet. */
type OnItsWay = { from: OrderStatus; to: OrderStatus; since: number };

export function Component() {
  const { id = "" } = useParams();
  return <OrderOf key={id} id={id} />;
}

function OrderOf({ id }: { id: string }) {
  const [change, setChange] = useState<OnItsWay | null>(null);
  const order = useOrder(id, (shown) => shown.status === change?.from && change.since);
  const status = order.data?.data.status;

  useEffect(() => {
    if (!change || !status || status === change.from) return;
    setChange(null);
    toast(isNow(status));
  }, [change, status]);

  if (!order.data) {
    const gone = order.error instanceof Problem && order.error.status === 404;
    return (
      <Page title={t`Order`} back={{ to: "/orders", label: t`Orders` }}>
        <Card flush>
          {gone ? (
            <Empty
              title={t`There is no such order`}
              action={
                <Button onClick={() => void order.refetch()}>
                  <Trans>Look again</Trans>
                </Button>
              }
            >
              <Trans>One that was placed a moment ago may still be on its way.</Trans>
            </Empty>
          ) : order.isError ? (
            <Failure error={order.error} onRetry={() => void order.refetch()} />
          ) : (
            <SkeletonRows rows={3} />
          )}
        </Card>
      </Page>
    );
  }
  return (
    <Shown
      loaded={order.data}
      change={change}
      onAccepted={(from, to) => setChange({ from, to, since: Date.now() })}
      reload={order.refetch}
    />
  );
}

type ShownProps = {
  loaded: Tagged<Order>;
  change: OnItsWay | null;
  onAccepted: (from: OrderStatus, to: OrderStatus) => void;
  reload: () => Promise<unknown>;
};

function Shown({ loaded: { data: order, etag }, change, onAccepted, reload }: ShownProps) {
  const mayWrite = useMay("write");
  const { items = [], orderId } = order;
  return (
    <Page
      title={orderId ? t`Order ${orderId}` : t`Order`}
      aside={<StatusBadge status={order.status} />}
      back={{ to: "/orders", label: t`Orders` }}
      actions={
        mayWrite && (
          <StatusActions
            order={order}
            etag={etag}
            waiting={change !== null}
            onAccepted={onAccepted}
            reload={reload}
          />
        )
      }
    >
      <div role="status" className="grid gap-3 empty:hidden">
        {change && <Notice text={onItsWay(change)} />}
        {order.conflict && (
          <Notice
            text={t`Another version of this order was received, with the same number and something else in it. The earlier one stands.`}
          />
        )}
      </div>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <Card title={t`Items`} flush>
          {items.length > 0 ? (
            <OrderItems order={order} />
          ) : (
            <Empty title={t`The items are not known`}>
              {order.quantity ? (
                <Trans>It came with a total and a quantity of {formatNumber(order.quantity)}.</Trans>
              ) : (
                <Trans>It came with a total alone.</Trans>
              )}
            </Empty>
          )}
        </Card>
        <Card title={t`Order`}>
          <Facts facts={factsOf(order)} />
        </Card>
      </div>
    </Page>
  );
}

const isNow = (status: OrderStatus): string =>
  select(status, {
    placed: "The order is placed now",
    fulfilled: "The order is fulfilled now",
    cancelled: "The order is cancelled now",
    refunded: "The order is refunded now",
    other: "The order has changed",
  });

const onItsWay = ({ from, to }: OnItsWay): string =>
  t`On its way from ${statusInWords(from)} to ${statusInWords(to)}. This page follows.`;

function factsOf(order: Order): Fact[] {
  const facts: Fact[] = [
    { label: t`Customer`, value: <CustomerLink order={order} /> },
    { label: t`Placed`, value: formatDateTime(order.placedAt) },
  ];
  if (order.orderId) facts.push({ label: t`Order number`, value: order.orderId });
  const sum = sumIfPaidOtherwise(order);
  if (sum) facts.push({ label: t`Sum of the items`, value: sum });
  const total = <strong className="font-semibold">{formatMoney(order.total, order.currency)}</strong>;
  return [...facts, { label: t`Total`, value: total }];
}

/** To the profile, by name once it is known; from an order that does not name its customer to the search for the address. */
function CustomerLink({ order }: { order: Order }) {
  const { email, customerId } = order;
  const { data: customer } = useCustomerOf(order);
  if (email === ERASED) return <span className="text-muted">{t`Erased customer`}</span>;
  const to = customerId
    ? `/customers/${encodeURIComponent(customerId)}`
    : `/customers?search=${encodeURIComponent(email)}`;
  return (
    <>
      <Link to={to} className="font-medium text-accent underline underline-offset-2">
        {customer?.name || email}
      </Link>
      {customer?.name && <p className="text-muted">{email}</p>}
    </>
  );
}
