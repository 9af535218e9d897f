import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Plus, ShoppingBag } from "lucide-react";
import { StatusBadge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Order } from "@/lib/contract";
import { formatDateTime, formatMoney, formatNumber } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { ERASED, useOrders } from "../api/orders";

const columns = (): Column<Order>[] => [
  {
    header: t`Order`,
    main: true,
    cell: (order) => (
      <>
        <RowLink to={`/orders/${encodeURIComponent(order.id)}`}>
          {order.email === ERASED ? t`Erased customer` : order.email}
        </RowLink>
        {order.orderId && <p className="text-sm text-muted wrap-anywhere max-sm:hidden">{order.orderId}</p>}
        <p className="text-sm text-muted sm:hidden">{formatDateTime(order.placedAt)}</p>
      </>
    ),
  },
  { header: t`Items`, from: "md", cell: (order) => itemsOf(order) },
  { header: t`Status`, from: "sm", cell: (order) => <StatusBadge status={order.status} /> },
  {
    header: t`Placed`,
    from: "sm",
    cell: (order) => <span className="whitespace-nowrap">{formatDateTime(order.placedAt)}</span>,
  },
  {
    header: t`Total`,
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
      <Trans>New order</Trans>
    </ButtonLink>
  );
  return (
    <Page title={t`Orders`} actions={create}>
      <Card flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# order", other: "# orders" })}
          empty={
            <Empty
              icon={<ShoppingBag />}
              title={t`No orders yet`}
              action={
                mayWrite && (
                  <ButtonLink look="primary" to="/imports">
                    <Trans>Import a CSV file</Trans>
                  </ButtonLink>
                )
              }
            >
              <Trans>They come in over the API, the queue, or from a file.</Trans>
            </Empty>
          }
        >
          {(items) => (
            <Table
              caption={t`Orders, newest first`}
              columns={columns()}
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
  if (!first) return order.quantity ? plural(order.quantity, { one: "# item", other: "# items" }) : "–";
  const name = `${first.name || first.sku}${first.quantity > 1 ? ` × ${first.quantity}` : ""}`;
  const more = formatNumber(others.length);
  return others.length > 0 ? t`${name} and ${more} more` : name;
}
