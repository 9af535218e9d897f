/** Keeps the focus in a list whose rows go: where the one that had it was, or on the page where none is left. */
import { useEffect, useRef } from "react";

const ROWS = "tbody > tr, ul > li";

/** For the element around the list. A dialog that was opened from a row gives the focus back to it, be it there or not. */
export function useFocusInRows<T extends HTMLElement>() {
  const list = useRef<T>(null);
  useEffect(() => {
    const around = list.current;
    if (!around) return;
    let last: { row: Element; place: number; control: number } | undefined;

    function note({ target }: FocusEvent) {
      if (!(target instanceof HTMLElement) || !around?.contains(target)) {
        // In a dialog it is only for as long as that is open.
        if (target instanceof HTMLElement && !target.closest("dialog")) last = undefined;
        return;
      }
      const row = target.closest(ROWS);
      const place = row ? [...around.querySelectorAll(ROWS)].indexOf(row) : -1;
      last = row ? { row, place, control: controlsOf(row).indexOf(target) } : undefined;
    }

    function look() {
      const active = document.activeElement;
      if (!last || last.row.isConnected || (active && active !== document.body)) return;
      const rows = around?.querySelectorAll(ROWS) ?? [];
      const row = rows[Math.min(last.place, rows.length - 1)];
      const controls = row ? controlsOf(row) : [];
      const next = controls[last.control] ?? controls.at(-1) ?? document.getElementById("main");
      last = undefined;
      next?.focus({ preventScroll: true });
    }

    const observer = new MutationObserver(look);
    observer.observe(around, { childList: true, subtree: true });
    document.addEventListener("focusin", note);
    // That of a dialog does not bubble.
    document.addEventListener("close", look, true);
    return () => {
      observer.disconnect();
      document.removeEventListener("focusin", note);
      document.removeEventListener("close", look, true);
    };
  }, []);
  return list;
}

function controlsOf(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("a[href], button:not(:disabled)")];
}
