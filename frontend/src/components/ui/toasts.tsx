import { useSyncExternalStore } from "react";

type Toast = { id: number; text: string };

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

/** Says that something has worked, for a few seconds. Faults belong beside what failed, not here. */
export function toast(text: string): void {
  const id = next++;
  set([...toasts, { id, text }]);
  setTimeout(() => set(toasts.filter((entry) => entry.id !== id)), 5000);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-4 bottom-20 z-50 grid justify-items-center gap-2 md:bottom-6"
    >
      {shown.map((entry) => (
        <p key={entry.id} className="rounded-lg bg-ink px-4 py-2 text-sm text-canvas shadow-lg">
          {entry.text}
        </p>
      ))}
    </div>
  );
}

function set(entries: readonly Toast[]): void {
  toasts = entries;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
