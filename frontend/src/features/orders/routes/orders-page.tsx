import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Plus, SearchX, ShoppingBag } from "lucide-react";
import { useSearchParams } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Order } from "@/lib/contract";
import { formatDateTime, formatMoney, formatNumber } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { faultsByField } from "@/lib/problem";
import { ERASED, useOrders } from "../api/orders";
import { OrderSearch } from "../components/order-search";

const columns = (): Column<Order>[] => [
  {
    header: t`Order`,
    main: true,
    cell: (order) => (
      <>
        {/* Addresses are not cut off: their ends tell them apart. */}
        <div>
          <RowLink to={`/orders/${encodeURIComponent(order.id)}`}>
            {order.email === ERASED ? t`Erased customer` : order.email}
          </RowLink>
        </div>
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
  const [params, setParams] = useSearchParams();
  const email = params.get("email") ?? "";
  const list = useOrders(email);
  const refused = email === "" ? undefined : faultsByField(list.error).email;
  const search = (address: string) => setParams(address ? { email: address } : {});
  const mayWrite = useMay("write");
  const create = mayWrite && (
    <ButtonLink look="primary" to="/orders/new" icon={<Plus aria-hidden />}>
      <Trans>New order</Trans>
    </ButtonLink>
  );
  return (
    <Page title={t`Orders`} actions={create}>
      <OrderSearch key={email} email={email} refused={refused} onSearch={search} />
      {!refused && (
        <Card flush>
          <ListView
            list={list}
            noun={(count) => plural(count, { one: "# order", other: "# orders" })}
            empty={
              email ? (
                <Empty
                  icon={<SearchX />}
                  title={t`No orders of ${email}`}
                  action={<Button onClick={() => search("")}>{t`Show all orders`}</Button>}
                >
                  <Trans>
                    Orders are found by the whole address, also by one that was merged into another.
                  </Trans>
                </Empty>
              ) : (
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
              )
            }
          >
            {(items) => (
              <Table
                caption={email ? t`Orders of ${email}, newest first` : t`Orders, newest first`}
                columns={columns()}
                rows={items}
                rowKey={(order) => order.id}
              />
            )}
          </ListView>
        </Card>
      )}
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
