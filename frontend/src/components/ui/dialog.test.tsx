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
