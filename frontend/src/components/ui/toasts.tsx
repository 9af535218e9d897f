import { t } from "@lingui/core/macro";
import { type FocusEvent, useId, useRef, useSyncExternalStore } from "react";

type Action = { label: string; run: () => unknown };
type Toast = { id: number; text: string; action: Action | undefined };
/** How long one has left, and since when that runs; not while somebody reads it closely. */
type Clock = { left: number; since: number; timer: ReturnType<typeof setTimeout> | undefined };

const STAYS = 5_000;
/** Long enough to read it, to think again and to get there. */
const STAYS_WITH_ACTION = 8_000;

let toasts: readonly Toast[] = [];
/** What is below a modal dialog is neither read out nor reached: these wait until none is open. */
let held: readonly Toast[] = [];
let watch: MutationObserver | undefined;
let next = 1;
const clocks = new Map<number, Clock>();
const listeners = new Set<() => void>();

/**
 * Says that something has worked, for a few seconds. Faults belong beside what failed, not here. With `undo` it offers to
 * take it back, once; what goes wrong in doing so is for `undo` to say. With `show` it offers the way to what it is about.
 */
export function toast(
  text: string,
  { undo, show }: { undo?: () => unknown; show?: () => unknown } = {},
): void {
  const id = next++;
  const action = undo ? { label: t`Undo`, run: undo } : show && { label: t`Show it`, run: show };
  clocks.set(id, { left: action ? STAYS_WITH_ACTION : STAYS, since: 0, timer: undefined });
  const entry = { id, text, action };
  if (isCovered()) hold(entry);
  else display(entry);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-4 bottom-20 z-50 grid justify-items-center gap-2 md:bottom-6"
    >
      {shown.map((entry) =>
        entry.action ? (
          <WithAction key={entry.id} entry={entry} action={entry.action} />
        ) : (
          <p key={entry.id} className="rounded-lg bg-ink px-4 py-2 text-sm text-canvas shadow-lg">
            {entry.text}
          </p>
        ),
      )}
    </div>
  );
}

/** Stays for as long as the mouse or the focus is on it. */
function WithAction({ entry: { id, text }, action }: { entry: Toast; action: Action }) {
  const said = useId();
  const before = useRef<Element | null>(null);
  const holds = useRef(new Set<"mouse" | "focus">());

  function hold(by: "mouse" | "focus") {
    holds.current.add(by);
    pause(id);
  }
  function release(by: "mouse" | "focus") {
    holds.current.delete(by);
    if (holds.current.size === 0) run(id);
  }
  function press() {
    // The button goes, so the focus goes back to where it came from rather than nowhere.
    const back = before.current?.isConnected ? before.current : document.getElementById("main");
    drop(id);
    if (back instanceof HTMLElement) back.focus({ preventScroll: true });
    action.run();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only waits for as long as it is looked at
    <div
      onMouseEnter={() => hold("mouse")}
      onMouseLeave={() => release("mouse")}
      onFocus={({ relatedTarget }: FocusEvent) => {
        before.current = relatedTarget;
        hold("focus");
      }}
      onBlur={() => release("focus")}
      className="pointer-events-auto flex items-center gap-2 rounded-lg bg-ink py-1 pr-1 pl-4 text-sm text-canvas shadow-lg"
    >
      <p id={said}>{text}</p>
      <button
        type="button"
        aria-describedby={said}
        onClick={press}
        className="min-h-9 rounded-md px-3 font-semibold underline underline-offset-4 -outline-offset-2! hover:bg-canvas/15 focus-visible:outline-canvas!"
      >
        {action.label}
      </button>
    </div>
  );
}

const isCovered = () => document.querySelector("dialog[open]") !== null;

function display(entry: Toast): void {
  set([...toasts, entry]);
  run(entry.id);
}

function hold(entry: Toast): void {
  held = [...held, entry];
  if (watch) return;
  // A dialog that is taken away while it is open says nothing of it.
  watch = new MutationObserver(() => {
    if (isCovered()) return;
    watch?.disconnect();
    watch = undefined;
    const waiting = held;
    held = [];
    for (const one of waiting) display(one);
  });
  watch.observe(document, { subtree: true, childList: true, attributeFilter: ["open"] });
}

function run(id: number): void {
  const clock = clocks.get(id);
  if (!clock || clock.timer !== undefined) return;
  clock.since = Date.now();
  clock.timer = setTimeout(() => drop(id), clock.left);
}

function pause(id: number): void {
  const clock = clocks.get(id);
  if (clock?.timer === undefined) return;
  clearTimeout(clock.timer);
  clock.timer = undefined;
  clock.left -= Date.now() - clock.since;
}

function drop(id: number): void {
  clearTimeout(clocks.get(id)?.timer);
  clocks.delete(id);
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
