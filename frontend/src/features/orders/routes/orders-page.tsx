import { plural } from "@lingui/core/macro";
import { Plus, ShoppingBag } from "lucide-react";
import { StatusBadge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Order } from "@/lib/contract";
import { plural as counted, formatDateTime, formatMoney } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { ERASED, useOrders } from "../api/orders";

const COLUMNS: Column<Order>[] = [
  {
    header: "Order",
    main: true,
    cell: (order) => (
      <>
        <RowLink to={`/orders/${encodeURIComponent(order.id)}`}>
          {order.email === ERASED ? "Erased customer" : order.email}
        </RowLink>
        {order.orderId && <p className="text-sm text-muted wrap-anywhere max-sm:hidden">{order.orderId}</p>}
        <p className="text-sm text-muted sm:hidden">{formatDateTime(order.placedAt)}</p>
      </>
    ),
  },
  { header: "Items", from: "md", cell: (order) => itemsOf(order) },
  { header: "Status", from: "sm", cell: (order) => <StatusBadge status={order.status} /> },
  {
    header: "Placed",
    from: "sm",
    cell: (order) => <span className="whitespace-nowrap">{formatDateTime(order.placedAt)}</span>,
  },
  {
    header: "Total",
    end: true,
    cell: (order) => (
      <>
        {formatMoney(order.total, order.currency)}
        <p className="mt-0.5 sm:hidden">
          {order.status !== "placed" && <StatusBadge status={order.status} />}
        </p>
      </>
    ),
  },
];

export function Component() {
  const list = useOrders();
  const mayWrite = useMay("write");
  const create = mayWrite && (
    <ButtonLink look="primary" to="/orders/new" icon={<Plus aria-hidden />}>
      New order
    </ButtonLink>
  );
  return (
    <Page title="Orders" actions={create}>
      <Card flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# order", other: "# orders" })}
          empty={
            <Empty
              icon={<ShoppingBag />}
              title="No orders yet"
              action={
                mayWrite && (
                  <ButtonLink look="primary" to="/imports">
                    Import a CSV file
                  </ButtonLink>
                )
              }
            >
              They come in over the API, the queue, or from a file.
            </Empty>
          }
        >
          {(items) => (
            <Table
              caption="Orders, newest first"
              columns={COLUMNS}
              rows={items}
              rowKey={(order) => order.id}
            />
          )}
        </ListView>
      </Card>
    </Page>
  );
}

function itemsOf(order: Order): string {
  const [first, ...others] = order.items ?? [];
  if (!first) return order.quantity ? counted(order.quantity, "item") : "–";
  const name = `${first.name || first.sku}${first.quantity > 1 ? ` × ${first.quantity}` : ""}`;
  return others.length > 0 ? `${name} and ${others.length} more` : name;
}
