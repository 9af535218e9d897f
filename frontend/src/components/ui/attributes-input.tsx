import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Plus, Trash2 } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { type AttributeFault, type AttributeRow, attributeFault, newAttribute } from "@/lib/attributes";
import { Button } from "./button";
import { useRemoval } from "./use-removal";

type Kind = { value: AttributeRow["kind"]; label: string };

const kinds = (): Kind[] => [
  { value: "text", label: t`text` },
  { value: "number", label: t`number` },
  { value: "boolean", label: t`yes or no` },
];
const cleared = (): Kind => ({ value: "cleared", label: t`is cleared` });

type AttributesInputProps = {
  legend: string;
  hint: string;
  rows: readonly AttributeRow[];
  /** By path, as the form and the server name them. */
  faults: Record<string, string>;
  /** Whether an attribute may also be named to be cleared. */
  clearable?: boolean;
  onChange: (rows: AttributeRow[]) => void;
};

/** Custom attributes: name, type and value of each. */
export function AttributesInput({ legend, hint, rows, faults, clearable, onChange }: AttributesInputProps) {
  const group = useRef<HTMLFieldSetElement>(null);
  const added = useRef<string | null>(null);
  const hintId = useId();
  const takeOut = useRemoval(rows, ({ id }) => id, onChange);

  // Whoever adds a row wants to name it next.
  useEffect(() => {
    if (added.current === null || !rows.some(({ id }) => id === added.current)) return;
    added.current = null;
    const names = group.current?.querySelectorAll<HTMLInputElement>("[data-name]");
    names?.[names.length - 1]?.focus();
  }, [rows]);

  function add() {
    const row = newAttribute();
    added.current = row.id;
    onChange([...rows, row]);
  }

  const change = (id: string, part: Partial<AttributeRow>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));

  function remove(removed: AttributeRow, label: string) {
    takeOut(removed, t`${label} removed`, group.current);
    group.current?.querySelector<HTMLButtonElement>("[data-add]")?.focus();
  }

  return (
    <fieldset ref={group} aria-describedby={hintId} className="grid min-w-0 gap-2">
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      {rows.map((row, index) => {
        const label = row.key.trim() || nameless(index + 1);
        return (
          <Row
            key={row.id}
            row={row}
            label={label}
            kinds={clearable ? [...kinds(), cleared()] : kinds()}
            fault={attributeFault(row, faults)}
            onChange={(part) => change(row.id, part)}
            onRemove={() => remove(row, label)}
          />
        );
      })}
      {faults.attributes && <p className="text-sm text-danger">{faults.attributes}</p>}
      <div>
        <Button data-add icon={<Plus aria-hidden />} onClick={add}>
          <Trans>Add an attribute</Trans>
        </Button>
      </div>
      <p id={hintId} className="text-sm text-muted">
        {hint}
      </p>
    </fieldset>
  );
}

const nameless = (place: number) => t`Attribute ${place}`;

type RowProps = {
  row: AttributeRow;
  label: string;
  kinds: readonly Kind[];
  fault: AttributeFault | undefined;
  onChange: (part: Partial<AttributeRow>) => void;
  onRemove: () => void;
};

function Row({ row, label, kinds, fault, onChange, onRemove }: RowProps) {
  const faultId = useId();
  const refused = (part: AttributeFault["of"]) =>
    fault?.of === part ? { "aria-invalid": true, "aria-describedby": faultId } : {};
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-center gap-1.5">
        <input
          data-name
          aria-label={t`${label}: name`}
          {...refused("name")}
          value={row.key}
          maxLength={64}
          placeholder={t`name, e.g. shoe_size`}
          autoComplete="off"
          onChange={(event) => onChange({ key: event.target.value })}
          className="control w-40 grow basis-36"
        />
        <select
          aria-label={t`${label}: type`}
          value={row.kind}
          onChange={(event) => {
            const kind = event.target.value as AttributeRow["kind"];
            const text = kind === "boolean" ? "true" : row.kind === "boolean" ? "" : row.text;
            onChange({ kind, text });
          }}
          className="control w-auto"
        >
          {kinds.map(({ value, label: name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        {row.kind === "boolean" ? (
          <select
            aria-label={t`${label}: value`}
            {...refused("value")}
            value={row.text}
            onChange={(event) => onChange({ text: event.target.value })}
            className="control w-32 grow basis-24"
          >
            <option value="true">{t`yes`}</option>
            <option value="false">{t`no`}</option>
          </select>
        ) : (
          row.kind !== "cleared" && (
            <input
              aria-label={t`${label}: value`}
              {...refused("value")}
              value={row.text}
              maxLength={500}
              inputMode={row.kind === "number" ? "decimal" : undefined}
              autoComplete="off"
              onChange={(event) => onChange({ text: event.target.value })}
              className="control w-32 grow basis-24"
            />
          )
        )}
        <Button look="quiet" aria-label={t`Remove ${label}`} onClick={onRemove} className="px-2.5!">
          <Trash2 aria-hidden />
        </Button>
      </div>
      {fault && (
        <p id={faultId} className="text-sm text-danger">
          {fault.reason}
        </p>
      )}
    </div>
  );
}
