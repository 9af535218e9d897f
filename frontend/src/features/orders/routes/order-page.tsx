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
import { ERASED, useCustomerOf, useOrder } from "../api/orders";
import { OrderItems, sumIfPaidOtherwise } from "../components/order-items";
import { StatusActions } from "../components/status-actions";

const BACK = { to: "/orders", label: "Orders" };

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
    toast(`The order is ${status} now`);
  }, [change, status]);

  if (!order.data) {
    const gone = order.error instanceof Problem && order.error.status === 404;
    return (
      <Page title="Order" back={BACK}>
        <Card flush>
          {gone ? (
            <Empty
              title="There is no such order"
              action={<Button onClick={() => void order.refetch()}>Look again</Button>}
            >
              One that was placed a moment ago may still be on its way.
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
  const items = order.items ?? [];
  return (
    <Page
      title={order.orderId ? `Order ${order.orderId}` : "Order"}
      aside={<StatusBadge status={order.status} />}
      back={BACK}
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
        {change && <Notice text={`On its way from ${change.from} to ${change.to}. This page follows.`} />}
        {order.conflict && (
          <Notice text="Another version of this order was received, with the same number and something else in it. The earlier one stands." />
        )}
      </div>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Card title="Items" flush>
          {items.length > 0 ? (
            <OrderItems order={order} />
          ) : (
            <Empty title="The items are not known">
              {order.quantity
                ? `It came with a total and a quantity of ${formatNumber(order.quantity)}.`
                : "It came with a total alone."}
            </Empty>
          )}
        </Card>
        <Card title="Order">
          <Facts facts={factsOf(order)} />
        </Card>
      </div>
    </Page>
  );
}

function factsOf(order: Order): Fact[] {
  const facts: Fact[] = [
    { label: "Customer", value: <CustomerLink email={order.email} /> },
    { label: "Placed", value: formatDateTime(order.placedAt) },
  ];
  if (order.orderId) facts.push({ label: "Order number", value: order.orderId });
  const sum = sumIfPaidOtherwise(order);
  if (sum) facts.push({ label: "Sum of the items", value: sum });
  const total = <strong className="font-semibold">{formatMoney(order.total, order.currency)}</strong>;
  return [...facts, { label: "Total", value: total }];
}

/** To the profile, or, as long as it is not found, to the search for the address. */
function CustomerLink({ email }: { email: string }) {
  const { data: customer } = useCustomerOf(email);
  if (email === ERASED) return <span className="text-muted">Erased customer</span>;
  const to = customer
    ? `/customers/${encodeURIComponent(customer.id)}`
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
