import { Plus, Trash2 } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import type { Day } from "@/lib/contract";
import { type Faults, nextKey, type WindowValues } from "@/lib/sending";

export const DAYS: readonly { value: Day; label: string }[] = [
  { value: "mon", label: "Mon" },
  { value: "tue", label: "Tue" },
  { value: "wed", label: "Wed" },
  { value: "thu", label: "Thu" },
  { value: "fri", label: "Fri" },
  { value: "sat", label: "Sat" },
  { value: "sun", label: "Sun" },
];
const MAX_WINDOWS = 7;

type WindowsInputProps = {
  windows: readonly WindowValues[];
  faults: Faults;
  onChange: (windows: WindowValues[]) => void;
};

/** The hours in which messages go out, on the recipient's clock. */
export function WindowsInput({ windows, faults, onChange }: WindowsInputProps) {
  const hint = useId();
  const change = (key: number, part: Partial<WindowValues>) =>
    onChange(windows.map((window) => (window.key === key ? { ...window, ...part } : window)));
  return (
    <fieldset aria-describedby={hint} className="grid gap-3">
      <legend className="mb-1.5 text-sm font-medium">
        Sending hours <span className="font-normal text-muted">(optional)</span>
      </legend>
      {windows.map((window, index) => (
        <Window
          key={window.key}
          label={`Hours ${index + 1}`}
          window={window}
          fault={
            faults[`windows.${index}.from`] ??
            faults[`windows.${index}.until`] ??
            faults[`windows.${index}.days`] ??
            faults[`windows.${index}`]
          }
          onChange={(part) => change(window.key, part)}
          onRemove={() => onChange(windows.filter(({ key }) => key !== window.key))}
        />
      ))}
      {faults.windows && <p className="text-sm text-danger">{faults.windows}</p>}
      {windows.length < MAX_WINDOWS && (
        <Button
          className="justify-self-start"
          icon={<Plus aria-hidden />}
          onClick={() =>
            onChange([...windows, { key: nextKey(windows), from: "09:00", until: "20:00", days: [] }])
          }
        >
          {windows.length === 0 ? "Only at certain hours" : "More hours"}
        </Button>
      )}
      <p id={hint} className="text-sm text-muted">
        By the clock of each recipient. Who is due at another time gets the message when the next hours begin.
      </p>
    </fieldset>
  );
}

type WindowProps = {
  label: string;
  window: WindowValues;
  fault: string | undefined;
  onChange: (part: Partial<WindowValues>) => void;
  onRemove: () => void;
};

function Window({ label, window, fault, onChange, onRemove }: WindowProps) {
  const { from, until, days } = window;
  return (
    <fieldset className="grid gap-2 rounded-lg border border-line p-3">
      <legend className="sr-only">{label}</legend>
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <input
          type="time"
          aria-label={`${label}: from`}
          aria-invalid={fault ? true : undefined}
          value={from}
          onChange={(event) => onChange({ from: event.target.value })}
          className="control w-auto"
        />
        until
        <input
          type="time"
          aria-label={`${label}: until`}
          aria-invalid={fault ? true : undefined}
          value={until}
          onChange={(event) => onChange({ until: event.target.value })}
          className="control w-auto"
        />
        <Button look="quiet" aria-label={`Remove ${label}`} onClick={onRemove} className="ml-auto px-2.5!">
          <Trash2 aria-hidden />
        </Button>
      </div>
      <div className="flex flex-wrap items-center gap-1.5 text-sm">
        {DAYS.map(({ value, label: name }) => (
          <label
            key={value}
            className="rounded-md border border-line px-2.5 py-1 text-muted transition-colors hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={days.includes(value)}
              onChange={({ target }) =>
                onChange({
                  days: DAYS.map((day) => day.value).filter((day) =>
                    day === value ? target.checked : days.includes(day),
                  ),
                })
              }
            />
            {name}
          </label>
        ))}
        {days.length === 0 && <span className="text-muted">Every day</span>}
      </div>
      {fault && <p className="text-sm text-danger">{fault}</p>}
    </fieldset>
  );
}
