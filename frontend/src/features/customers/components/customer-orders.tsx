import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ShoppingBag } from "lucide-react";
import { StatusBadge } from "@/components/ui/badge";
import { ListView } from "@/components/ui/list-view";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Order } from "@/lib/contract";
import { formatDateTime, formatMoney, formatNumber } from "@/lib/format";
import { useCustomerOrders } from "../api/customers";

const columns = (): Column<Order>[] => [
  {
    header: t`Placed`,
    cell: (order) => (
      <RowLink to={`/orders/${encodeURIComponent(order.id)}`}>{formatDateTime(order.placedAt)}</RowLink>
    ),
  },
  { header: t`Items`, from: "sm", cell: (order) => <Items order={order} /> },
  { header: t`Status`, cell: (order) => <StatusBadge status={order.status} /> },
  { header: t`Total`, end: true, cell: (order) => formatMoney(order.total, order.currency) },
];

export function CustomerOrders({ id }: { id: string }) {
  const list = useCustomerOrders(id);
  return (
    <ListView
      list={list}
      noun={(count) => plural(count, { one: "# order", other: "# orders" })}
      onDemand
      empty={
        <Empty icon={<ShoppingBag />} title={t`No orders yet`}>
          <Trans>They appear here as they come in.</Trans>
        </Empty>
      }
    >
      {(items) => (
        <Table
          caption={t`Orders of this customer`}
          columns={columns()}
          rows={items}
          rowKey={(order) => order.id}
        />
      )}
    </ListView>
  );
}

function Items({ order }: { order: Order }) {
  const items = order.items ?? [];
  if (items.length === 0) return <span className="text-muted">{order.orderId ?? "–"}</span>;
  return (
    <ul className="text-sm">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an order may name one SKU twice, and never changes
        <li key={index} className="wrap-anywhere">
          {item.name || item.sku} <span className="text-muted">× {formatNumber(item.quantity)}</span>
        </li>
      ))}
    </ul>
  );
}
