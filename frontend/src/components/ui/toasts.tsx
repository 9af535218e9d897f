import { useSyncExternalStore } from "react";

type Toast = { id: number; text: string; action?: Action };
/** What can be done about it as long as it is shown. */
type Action = { label: string; run: () => void };

const SHOWN = 5_000;
/** Longer where there is something to decide. */
const SHOWN_WITH_ACTION = 15_000;

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

/** Says that something has worked, for a few seconds. Faults belong beside what failed, not here. */
export function toast(text: string, action?: Action): void {
  const id = next++;
  set([...toasts, { id, text, ...(action && { action }) }]);
  setTimeout(() => take(id), action ? SHOWN_WITH_ACTION : SHOWN);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-4 bottom-20 z-50 grid justify-items-center gap-2 md:bottom-6"
    >
      {shown.map((entry) => (
        <div
          key={entry.id}
          className="flex items-center gap-3 rounded-lg bg-ink px-4 py-2 text-sm text-canvas shadow-lg"
        >
          <p>{entry.text}</p>
          {entry.action && (
            <button
              type="button"
              className="pointer-events-auto -my-1 -mr-2 min-h-8 rounded px-2 font-semibold underline underline-offset-2 focus-visible:outline-canvas"
              onClick={() => {
                entry.action?.run();
                take(entry.id);
              }}
            >
              {entry.action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

function take(id: number): void {
  set(toasts.filter((entry) => entry.id !== id));
}

function set(entries: readonly Toast[]): void {
  toasts = entries;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
