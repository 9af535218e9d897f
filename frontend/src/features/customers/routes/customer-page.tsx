import { ShoppingBag } from "lucide-react";
import { useParams } from "react-router";
import { Badge, StatusBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { type Fact, Facts, Figure } from "@/components/ui/facts";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty, Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Customer, Order } from "@/lib/contract";
import { formatDate, formatDateTime, formatMoney, formatNumber, formatRelative } from "@/lib/format";
import { useCurrency } from "@/lib/stats";
import { useCustomer, useCustomerOrders } from "../api/customers";
import { CustomerSegments } from "../components/customer-segments";

const BACK = { to: "/customers", label: "Customers" };

export function Component() {
  const { id = "" } = useParams();
  const customer = useCustomer(id);

  if (!customer.data) {
    return (
      <Page title="Customer" back={BACK}>
        <Card flush>
          {customer.isError ? (
            <Failure error={customer.error} onRetry={() => void customer.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  return <Profile customer={customer.data} />;
}

function Profile({ customer }: { customer: Customer }) {
  const currency = useCurrency();
  return (
    <Page title={customer.name || customer.email} back={BACK} description={customer.name && customer.email}>
      <Card>
        <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-5">
          <Figure label="Spent" value={formatMoney(customer.totalSpend, currency)} />
          <Figure label="Orders" value={formatNumber(customer.orderCount)} />
          <Figure label="Average order" value={formatMoney(customer.averageOrderValue, currency)} />
          <Figure label="Visits" value={formatNumber(customer.visits)} />
          <Figure label="Last active" value={formatRelative(customer.lastActiveAt)} />
        </dl>
      </Card>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Orders id={customer.id} />
        <div className="grid gap-5">
          <Card title="Profile">
            <Facts facts={profileFacts(customer)} />
            {customer.tags.length > 0 && (
              <ul aria-label="Tags" className="mt-4 flex flex-wrap gap-1.5">
                {customer.tags.map((tag) => (
                  <li key={tag}>
                    <Badge>{tag}</Badge>
                  </li>
                ))}
              </ul>
            )}
          </Card>
          <CustomerSegments key={customer.id} id={customer.id} />
          <Card title="May be written to by">
            <Facts
              facts={[
                { label: "E-mail", value: <Consent given={customer.emailConsent} /> },
                { label: "SMS", value: <Consent given={customer.smsConsent} /> },
                { label: "WhatsApp", value: <Consent given={customer.whatsappConsent} /> },
              ]}
            />
          </Card>
        </div>
      </div>
    </Page>
  );
}

function Orders({ id }: { id: string }) {
  const list = useCustomerOrders(id);
  const columns: Column<Order>[] = [
    {
      header: "Placed",
      cell: (order) => <span className="sm:whitespace-nowrap">{formatDateTime(order.placedAt)}</span>,
    },
    { header: "Items", from: "sm", cell: (order) => <Items order={order} /> },
    { header: "Status", cell: (order) => <StatusBadge status={order.status} /> },
    { header: "Total", end: true, cell: (order) => formatMoney(order.total, order.currency) },
  ];
  return (
    <Card title="Orders" flush>
      <ListView
        list={list}
        noun="orders"
        empty={
          <Empty icon={<ShoppingBag />} title="No orders yet">
            They appear here as they come in.
          </Empty>
        }
      >
        {(items) => (
          <Table
            caption="Orders of this customer"
            columns={columns}
            rows={items}
            rowKey={(order) => order.id}
          />
        )}
      </ListView>
    </Card>
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

function Consent({ given }: { given: boolean }) {
  return <Badge tone={given ? "good" : "neutral"}>{given ? "Yes" : "No"}</Badge>;
}

function profileFacts(customer: Customer): Fact[] {
  const place = [customer.city, customer.country].filter(Boolean).join(", ");
  const facts: (Fact | false)[] = [
    Boolean(customer.phone) && { label: "Phone", value: customer.phone },
    place !== "" && { label: "Place", value: place },
    Boolean(customer.timeZone) && { label: "Time zone", value: customer.timeZone },
    { label: "Customer since", value: formatDate(customer.createdAt) },
    { label: "First order", value: formatDate(customer.firstOrderAt) },
    { label: "Last order", value: formatDate(customer.lastOrderAt) },
    ...Object.entries(customer.attributes ?? {}).map(([label, value]) => ({ label, value: String(value) })),
  ];
  return facts.filter((fact) => fact !== false);
}
