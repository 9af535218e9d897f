import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Plus, Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { useRemoval } from "@/components/ui/use-removal";
import { decimalsOf, formatMinor } from "@/lib/money";
import { type ItemRow, lineTotal, MOST_ITEMS, newItem } from "./order-values";

type ItemsInputProps = {
  items: readonly ItemRow[];
  currency: string;
  /** By path, as the form and the server name them. */
  faults: Record<string, string>;
  onChange: (items: ItemRow[]) => void;
};

/** What was ordered, line by line. The focus goes where the next thing is to be typed. */
export function ItemsInput({ items, currency, faults, onChange }: ItemsInputProps) {
  const group = useRef<HTMLDivElement>(null);
  const added = useRef<string | null>(null);
  const takeOut = useRemoval(items, ({ id }) => id, onChange);

  useEffect(() => {
    if (added.current === null || !items.some(({ id }) => id === added.current)) return;
    added.current = null;
    const first = group.current?.querySelectorAll<HTMLInputElement>("[data-first]");
    first?.[first.length - 1]?.focus();
  }, [items]);

  function add() {
    const item = newItem();
    added.current = item.id;
    onChange([...items, item]);
  }

  function remove(item: ItemRow, number: number) {
    const name = item.name.trim() || item.sku.trim();
    takeOut(item, name ? t`${name} removed` : t`Item ${number} removed`, group.current);
    group.current?.querySelector<HTMLButtonElement>("[data-add]")?.focus();
  }

  return (
    <div ref={group} className="grid gap-4">
      {items.map((item, index) => (
        <Item
          key={item.id}
          item={item}
          number={index + 1}
          currency={currency}
          fault={(field) => faults[`items.${index}.${field}`]}
          onChange={(part) =>
            onChange(items.map((other) => (other.id === item.id ? { ...other, ...part } : other)))
          }
          onRemove={items.length > 1 ? () => remove(item, index + 1) : undefined}
        />
      ))}
      {faults.items && <p className="text-sm text-danger">{faults.items}</p>}
      <div>
        <Button data-add icon={<Plus aria-hidden />} disabled={items.length >= MOST_ITEMS} onClick={add}>
          <Trans>Add an item</Trans>
        </Button>
      </div>
    </div>
  );
}

type ItemProps = {
  item: ItemRow;
  number: number;
  currency: string;
  fault: (field: keyof ItemRow) => string | undefined;
  onChange: (part: Partial<ItemRow>) => void;
  /** An order has at least one item. */
  onRemove: (() => void) | undefined;
};

function Item({ item, number, currency, fault, onChange, onRemove }: ItemProps) {
  const total = lineTotal(item, currency);
  const price = decimalsOf(currency) === 0 ? "numeric" : "decimal";
  const text = (
    field: Exclude<keyof ItemRow, "id">,
    label: string,
    maxLength: number,
    inputMode?: "numeric" | "decimal",
  ) => (
    <Field label={label} error={fault(field)}>
      {(control) => (
        <input
          {...control}
          data-first={field === "sku" || undefined}
          value={item[field]}
          maxLength={maxLength}
          inputMode={inputMode}
          autoComplete="off"
          onChange={(event) => onChange({ [field]: event.target.value })}
          className={inputMode ? "control tabular-nums" : "control"}
        />
      )}
    </Field>
  );
  return (
    <fieldset className="min-w-0 border-b border-line pb-2">
      <legend className="mb-2 text-sm font-medium text-muted">
        <Trans>Item {number}</Trans>
      </legend>
      <div className="grid grid-cols-2 gap-3 md:grid-cols-[8rem_minmax(0,1fr)_6rem_8rem]">
        {text("sku", t`SKU`, 100)}
        {text("name", t`Name`, 200)}
        {text("quantity", t`Quantity`, 7, "numeric")}
        {text("unitPrice", t`Unit price`, 20, price)}
      </div>
      <div className="mt-2 flex min-h-9.5 items-center justify-between gap-3">
        {onRemove ? (
          <Button
            look="quiet"
            aria-label={t`Remove item ${number}`}
            icon={<Trash2 aria-hidden />}
            onClick={onRemove}
            className="-ml-3.5"
          >
            <Trans>Remove</Trans>
          </Button>
        ) : (
          <span />
        )}
        <p className="text-sm tabular-nums">{total === null ? "–" : formatMinor(total, currency)}</p>
      </div>
    </fieldset>
  );
}
