import { plural } from "@lingui/core/macro";
import { Plus, Search, UsersRound } from "lucide-react";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Customer } from "@/lib/contract";
import { formatDate, formatMoney, formatNumber, formatRelative } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useCurrency } from "@/lib/stats";
import { useDebounced } from "@/lib/use-debounced";
import { useCustomers } from "../api/customers";

export function Component() {
  const [search, setSearch] = useSearchInAddress();
  const list = useCustomers(useDebounced(search.trim(), 250));
  const currency = useCurrency();
  const mayWrite = useMay("write");

  const columns: Column<Customer>[] = [
    {
      header: "Customer",
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
    {
      header: "City",
      from: "lg",
      cell: (customer) => customer.city ?? <span className="text-muted">–</span>,
    },
    {
      header: "Customer since",
      from: "lg",
      cell: (customer) => <span className="whitespace-nowrap">{formatDate(customer.createdAt)}</span>,
    },
    { header: "Orders", end: true, from: "sm", cell: (customer) => formatNumber(customer.orderCount) },
    { header: "Spent", end: true, cell: (customer) => formatMoney(customer.totalSpend, currency) },
    {
      header: "Last active",
      end: true,
      from: "md",
      cell: (customer) => (
        <span className="whitespace-nowrap text-muted">{formatRelative(customer.lastActiveAt)}</span>
      ),
    },
  ];

  return (
    <Page
      title="Customers"
      actions={
        mayWrite && (
          <ButtonLink look="primary" to="/customers/new" icon={<Plus aria-hidden />}>
            New customer
          </ButtonLink>
        )
      }
    >
      <div className="relative max-w-md">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted"
        />
        <input
          type="search"
          aria-label="Search customers by name or e-mail"
          placeholder="Search by name or e-mail"
          value={search}
          maxLength={200}
          onChange={(event) => setSearch(event.target.value)}
          className="control pl-9"
        />
      </div>
      <Card flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# customer", other: "# customers" })}
          empty={
            search ? (
              <Empty icon={<Search />} title={`Nobody matches “${search}”`}>
                The search looks at the beginnings of names and e-mail addresses.
              </Empty>
            ) : (
              <Empty
                icon={<UsersRound />}
                title="No customers yet"
                action={
                  mayWrite && (
                    <ButtonLink look="primary" to="/imports">
                      Import a CSV file
                    </ButtonLink>
                  )
                }
              >
                They come in over the API, the queue, or from a file; an order for an unknown e-mail address
                also creates its customer.
              </Empty>
            )
          }
        >
          {(items) => (
            <Table caption="Customers" columns={columns} rows={items} rowKey={(customer) => customer.id} />
          )}
        </ListView>
      </Card>
    </Page>
  );
}

/** The search as typed, kept in the address, so that links, reload and the back button keep it. */
function useSearchInAddress(): [string, (text: string) => void] {
  const [params, setParams] = useSearchParams();
  const inAddress = params.get("search") ?? "";
  const [typed, setTyped] = useState(inAddress);
  useEffect(() => setTyped(inAddress), [inAddress]);
  return [
    typed,
    (text) => {
      setTyped(text);
      setParams(text ? { search: text } : {}, { replace: true });
    },
  ];
}
