import { type ReactNode, useEffect, useId, useRef } from "react";
import { cn } from "@/lib/cn";

type DialogProps = {
  open: boolean;
  title: string;
  /** For two things side by side. */
  wide?: boolean;
  /** Something runs that cannot be called back: it does not close until that is known to have worked, or not. */
  busy?: boolean;
  /** Somebody closed it by the browser's own means, such as Escape. That `open` was taken back is not told. */
  onClose: () => void;
  children: ReactNode;
  footer: ReactNode;
};

/** A modal on the browser's own `<dialog>`, which keeps the focus inside, closes on Escape and gives the focus back. */
export function Dialog({ open, title, wide = false, busy = false, onClose, children, footer }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();

  // Whatever closes it, the browser tells later: something else may be asked by then, or this once more.
  function closed() {
    if (open && !dialog.current?.open) onClose();
  }

  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      // Some browsers take a second Escape for an answer.
      closedby={busy ? "none" : undefined}
      onCancel={(event) => busy && event.preventDefault()}
      onClose={closed}
      className={cn(
        "m-auto rounded-2xl border border-line bg-surface p-0 text-ink shadow-2xl",
        wide ? "w-[min(46rem,calc(100vw-2rem))]" : "w-[min(32rem,calc(100vw-2rem))]",
      )}
    >
      {open && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 p-6">
          <h2 id={heading} className="text-lg font-semibold wrap-anywhere">
            {title}
          </h2>
          {children}
          <div className="flex flex-wrap justify-end gap-2">{footer}</div>
        </div>
      )}
    </dialog>
  );
}
