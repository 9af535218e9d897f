import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Plus, Trash2 } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Optional } from "@/components/ui/field";
import { useRemoval } from "@/components/ui/use-removal";
import type { Day } from "@/lib/contract";
import { type Faults, nextKey, type WindowValues } from "@/lib/sending";

/** The days of a week, in their order. */
export const days = (): { value: Day; label: string }[] => [
  { value: "mon", label: t`Mon` },
  { value: "tue", label: t`Tue` },
  { value: "wed", label: t`Wed` },
  { value: "thu", label: t`Thu` },
  { value: "fri", label: t`Fri` },
  { value: "sat", label: t`Sat` },
  { value: "sun", label: t`Sun` },
];
const MAX_WINDOWS = 7;

type WindowsInputProps = {
  windows: readonly WindowValues[];
  faults: Faults;
  onChange: (windows: WindowValues[]) => void;
};

/** The hours in which messages go out, on the recipient's clock. The focus goes where the next thing is to be done. */
export function WindowsInput({ windows, faults, onChange }: WindowsInputProps) {
  const hint = useId();
  const group = useRef<HTMLFieldSetElement>(null);
  const next = useRef<"first" | "add" | null>(null);
  /** They may be put back, so their keys are still theirs. */
  const removed = useRef<WindowValues[]>([]);
  const takeOut = useRemoval(windows, ({ key }) => String(key), onChange);

  // biome-ignore lint/correctness/useExhaustiveDependencies: looks at what is on the page once there are more or fewer
  useEffect(() => {
    if (next.current === null) return;
    [...(group.current?.querySelectorAll<HTMLElement>(`[data-${next.current}]`) ?? [])].at(-1)?.focus();
    next.current = null;
  }, [windows.length]);

  function add() {
    next.current = "first";
    const key = nextKey([...windows, ...removed.current]);
    onChange([...windows, { key, from: "09:00", until: "20:00", days: [] }]);
  }

  function remove(window: WindowValues, label: string) {
    next.current = "add";
    removed.current.push(window);
    takeOut(window, t`${label} removed`, group.current);
  }

  const change = (key: number, part: Partial<WindowValues>) =>
    onChange(windows.map((window) => (window.key === key ? { ...window, ...part } : window)));
  return (
    <fieldset ref={group} aria-describedby={hint} className="grid gap-3">
      <legend className="mb-1.5 text-sm font-medium">
        <Trans>Sending hours</Trans>
        <Optional />
      </legend>
      {windows.map((window, index) => (
        <Window
          key={window.key}
          label={nameOf(index + 1)}
          window={window}
          fault={
            faults[`windows.${index}.from`] ??
            faults[`windows.${index}.until`] ??
            faults[`windows.${index}.days`] ??
            faults[`windows.${index}`]
          }
          onChange={(part) => change(window.key, part)}
          onRemove={() => remove(window, nameOf(index + 1))}
        />
      ))}
      {faults.windows && <p className="text-sm text-danger">{faults.windows}</p>}
      <Button
        data-add
        className="justify-self-start"
        icon={<Plus aria-hidden />}
        disabled={windows.length >= MAX_WINDOWS}
        onClick={add}
      >
        {windows.length === 0 ? t`Only at certain hours` : t`More hours`}
      </Button>
      <p id={hint} className="text-sm text-muted">
        <Trans>
          By the clock of each recipient. Who is due at another time gets the message when the next hours
          begin.
        </Trans>
      </p>
    </fieldset>
  );
}

const nameOf = (place: number) => t`Hours ${place}`;

type WindowProps = {
  label: string;
  window: WindowValues;
  fault: string | undefined;
  onChange: (part: Partial<WindowValues>) => void;
  onRemove: () => void;
};

function Window({ label, window, fault, onChange, onRemove }: WindowProps) {
  const id = useId();
  const { from, until, days: chosen } = window;
  return (
    <fieldset className="grid gap-2 rounded-lg border border-line p-3">
      <legend className="sr-only">{label}</legend>
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <input
          data-first
          type="time"
          aria-label={t`${label}: from`}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? id : undefined}
          value={from}
          onChange={(event) => onChange({ from: event.target.value })}
          className="control w-auto"
        />
        <Trans>until</Trans>
        <input
          type="time"
          aria-label={t`${label}: until`}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? id : undefined}
          value={until}
          onChange={(event) => onChange({ until: event.target.value })}
          className="control w-auto"
        />
        <Button look="quiet" aria-label={t`Remove ${label}`} onClick={onRemove} className="ml-auto px-2.5!">
          <Trash2 aria-hidden />
        </Button>
      </div>
      <div className="flex flex-wrap items-center gap-1.5 text-sm">
        {days().map(({ value, label: name }) => (
          <label
            key={value}
            className="rounded-md border border-line px-2.5 py-1 text-muted transition-colors hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={chosen.includes(value)}
              onChange={({ target }) =>
                onChange({
                  days: days()
                    .map((day) => day.value)
                    .filter((day) => (day === value ? target.checked : chosen.includes(day))),
                })
              }
            />
            {name}
          </label>
        ))}
        {chosen.length === 0 && (
          <span className="text-muted">
            <Trans>Every day</Trans>
          </span>
        )}
      </div>
      {fault && (
        <p id={id} className="text-sm text-danger">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
