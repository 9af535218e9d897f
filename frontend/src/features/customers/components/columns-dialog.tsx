import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { COLUMN_IDS, type ColumnId, type CustomerColumn, STANDARD } from "./customer-columns";

type ColumnsDialogProps = {
  open: boolean;
  columns: readonly CustomerColumn[];
  chosen: readonly ColumnId[];
  onChoose: (ids: readonly ColumnId[]) => void;
  onClose: () => void;
};

/** Which columns the list has; each choice is seen behind it at once. */
export function ColumnsDialog({ open, columns, chosen, onChoose, onClose }: ColumnsDialogProps) {
  const toggle = (id: ColumnId) =>
    onChoose(COLUMN_IDS.filter((one) => (one === id ? !chosen.includes(id) : chosen.includes(one))));
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t`Columns`}
      footer={
        <>
          <Button onClick={() => onChoose(STANDARD)}>{t`Usual columns`}</Button>
          <Button look="primary" onClick={onClose}>
            {t`Done`}
          </Button>
        </>
      }
    >
      <fieldset className="grid gap-1 sm:grid-cols-2">
        <legend className="mb-2 text-sm text-muted">
          <Trans>
            Columns for which the screen has no room are left out. This browser remembers the choice.
          </Trans>
        </legend>
        {columns.map(({ id, header }) => (
          <label key={id} className="flex min-h-9 items-center gap-2.5">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={() => toggle(id)}
              className="size-4.5 accent-accent"
            />
            {header}
          </label>
        ))}
      </fieldset>
    </Dialog>
  );
}
