import { createEvent, fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import "@/testing/dialogs";
import { Dialog } from "./dialog";

it.each([true, false])("heeds Escape unless something runs that cannot be called back: %s", (busy) => {
  render(
    <Dialog open busy={busy} title="Delete?" onClose={vi.fn()} footer={null}>
      <p>For good.</p>
    </Dialog>,
  );
  const dialog = screen.getByRole("dialog");
  const pressed = createEvent("cancel", dialog, { cancelable: true, bubbles: false });
  fireEvent(dialog, pressed);
  expect(pressed.defaultPrevented).toBe(busy);
  expect(dialog.getAttribute("closedby")).toBe(busy ? "none" : null);
});

it("tells that somebody closed it, and not that it was closed because something else is asked", () => {
  const onClose = vi.fn();
  const dialog = (open: boolean) => (
    <Dialog open={open} title="Disable?" onClose={onClose} footer={null}>
      <p>For now.</p>
    </Dialog>
  );
  const { rerender } = render(dialog(true));
  const element = screen.getByRole<HTMLDialogElement>("dialog");
  rerender(dialog(false));
  // A browser that has other things to do tells late.
  fireEvent(element, new Event("close"));
  rerender(dialog(true));
  fireEvent(element, new Event("close"));
  expect(onClose).not.toHaveBeenCalled();
  element.close();
  expect(onClose).toHaveBeenCalledOnce();
});
