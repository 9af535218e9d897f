import { t } from "@lingui/core/macro";
import { type Column, Table } from "@/components/ui/table";
import type { Order, OrderItem } from "@/lib/contract";
import { formatMoney, formatNumber } from "@/lib/format";
import { formatMinor, readAmount } from "@/lib/money";

/** The lines of an order, with what each comes to. */
export function OrderItems({ order: { items = [], currency } }: { order: Order }) {
  const columns: Column<{ key: string; item: OrderItem }>[] = [
    {
      header: t`Item`,
      main: true,
      cell: ({ item }) => (
        <>
          <p className="font-medium">{item.name || item.sku}</p>
          <p className="text-sm text-muted">{item.sku}</p>
          <p className="text-sm text-muted tabular-nums sm:hidden">
            {formatNumber(item.quantity)} × {formatMoney(item.unitPrice, currency)}
          </p>
        </>
      ),
    },
    { header: t`Quantity`, end: true, from: "sm", cell: ({ item }) => formatNumber(item.quantity) },
    {
      header: t`Unit price`,
      end: true,
      from: "sm",
      cell: ({ item }) => formatMoney(item.unitPrice, currency),
    },
    { header: t`Sum`, end: true, cell: ({ item }) => formatMinor(minorOfLine(item, currency), currency) },
  ];
  // One SKU may be there twice, and the lines of an order never change.
  const rows = items.map((item, index) => ({ key: `${index} ${item.sku}`, item }));
  return <Table caption={t`Items of the order`} columns={columns} rows={rows} rowKey={({ key }) => key} />;
}

/** What the lines come to, where something else was paid. */
export function sumIfPaidOtherwise({ items = [], total, currency }: Order): string | null {
  const sum = items.reduce((minor, item) => minor + minorOfLine(item, currency), 0n);
  return items.length === 0 || sum === minorOf(total, currency) ? null : formatMinor(sum, currency);
}

function minorOfLine({ quantity, unitPrice }: OrderItem, currency: string): bigint {
  return minorOf(unitPrice, currency) * BigInt(quantity);
}

/** A number of the wire, digit by digit. */
function minorOf(amount: number, currency: string): bigint {
  const read = readAmount(String(amount), currency);
  return "minor" in read ? read.minor : 0n;
}
