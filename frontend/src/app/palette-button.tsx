import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { session } from "@/lib/session";

/** Whether the palette is open, and Ctrl-K or Cmd-K that opens and closes it, wherever the focus is. */
export function usePalette(): [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      if (event.altKey || event.shiftKey || event.isComposing) return;
      // The browser's own search box would take the focus away.
      event.preventDefault();
      // What asks a question is answered first, a session that has ended is begun first.
      const isAsked = !open && document.querySelector("dialog[open]") !== null;
      if (!isAsked && session.get().phase === "in") setOpen(!open);
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [open]);
  return [open, setOpen];
}

const MODIFIER = /mac|iphone|ipad/i.test(navigator.platform) ? "⌘" : "Ctrl ";

/** Opens the palette for who does not know its keys. */
export function PaletteButton({ compact = false, onOpen }: { compact?: boolean; onOpen: () => void }) {
  if (compact) {
    return (
      <button
        type="button"
        aria-label={t`Search or go to`}
        aria-haspopup="dialog"
        onClick={onOpen}
        className="grid size-9 place-items-center rounded-lg text-muted transition-colors hover:bg-sunken hover:text-ink [&_svg]:size-4.5"
      >
        <Search aria-hidden />
      </button>
    );
  }
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={onOpen}
      className="flex min-h-9.5 items-center gap-2.5 rounded-lg border border-line bg-surface px-3 text-left text-sm text-muted shadow-card transition-colors hover:bg-sunken hover:text-ink [&_svg]:size-4"
    >
      <Search aria-hidden />
      <span className="flex-1">
        <Trans>
          Search<span className="sr-only"> or go to</span>
        </Trans>
      </span>
      <kbd aria-hidden className="font-sans text-xs">
        {MODIFIER}K
      </kbd>
    </button>
  );
}
