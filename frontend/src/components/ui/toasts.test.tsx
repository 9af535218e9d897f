import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accessibilityFaults } from "@/testing/accessibility";
import { Toasts, toast } from "./toasts";

beforeEach(() => {
  vi.useFakeTimers();
  render(
    <>
      <main id="main" tabIndex={-1}>
        <h1>Page</h1>
        <button type="button">Work</button>
      </main>
      <Toasts />
    </>,
  );
});
afterEach(() => {
  act(() => vi.runAllTimers());
  vi.useRealTimers();
});

const pass = (seconds: number) => act(() => vi.advanceTimersByTime(seconds * 1_000));
const undoButton = () => screen.getByRole("button", { name: "Undo" });
const work = () => screen.getByRole("button", { name: "Work" });

describe("a toast", () => {
  it("is announced, and gone after some seconds", () => {
    act(() => toast("Saved"));
    expect(screen.getByRole("status").textContent).toBe("Saved");
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
    pass(5.1);
    expect(screen.queryByText("Saved")).toBeNull();
  });

  it("waits until no dialog is open, which would keep it from being read out, and stays as long as any", async () => {
    const dialog = document.body.appendChild(document.createElement("dialog"));
    dialog.open = true;
    act(() => toast("Letter gone"));
    pass(60);
    expect(screen.queryByText("Letter gone")).toBeNull();
    await act(async () => {
      dialog.open = false;
    });
    expect(screen.getByText("Letter gone")).toBeTruthy();
    pass(5.1);
    expect(screen.queryByText("Letter gone")).toBeNull();

    dialog.open = true;
    act(() => toast("Another one"));
    await act(async () => dialog.remove());
    expect(screen.getByText("Another one")).toBeTruthy();
  });

  it("that can be taken back stays longer, and does it once", () => {
    const undo = vi.fn();
    act(() => toast("3 tags put on", { undo }));
    pass(7.9);
    expect(undoButton().getAttribute("aria-describedby")).toBe(screen.getByText("3 tags put on").id);
    fireEvent.click(undoButton());
    expect(undo).toHaveBeenCalledOnce();
    expect(screen.queryByText("3 tags put on")).toBeNull();

    act(() => toast("3 tags put on", { undo }));
    pass(8.1);
    expect(screen.queryByText("3 tags put on")).toBeNull();
    expect(undo).toHaveBeenCalledOnce();
  });

  it("waits under the mouse, then stays for what it had left", () => {
    act(() => toast("Deleted", { undo: () => undefined }));
    pass(6);
    const shown = screen.getByText("Deleted").parentElement as HTMLElement;
    fireEvent.mouseEnter(shown);
    pass(60);
    expect(undoButton()).toBeTruthy();
    fireEvent.mouseLeave(shown);
    pass(1.9);
    expect(undoButton()).toBeTruthy();
    pass(0.2);
    expect(screen.queryByText("Deleted")).toBeNull();
  });

  it("waits while the focus is on it, also when the mouse leaves", () => {
    act(() => toast("Deleted", { undo: () => undefined }));
    const shown = screen.getByText("Deleted").parentElement as HTMLElement;
    act(() => undoButton().focus());
    fireEvent.mouseEnter(shown);
    fireEvent.mouseLeave(shown);
    pass(60);
    act(() => work().focus());
    pass(8.1);
    expect(screen.queryByText("Deleted")).toBeNull();
  });

  it("gives the focus back to where it came from", () => {
    act(() => toast("Deleted", { undo: () => undefined }));
    act(() => work().focus());
    act(() => undoButton().focus());
    fireEvent.click(undoButton());
    expect(document.activeElement).toBe(work());
  });

  it("leaves the focus on the page when where it came from is gone", () => {
    act(() => toast("Deleted", { undo: () => undefined }));
    act(() => undoButton().focus());
    fireEvent.click(undoButton());
    expect(document.activeElement?.id).toBe("main");
  });

  it("has no faults of accessibility", async () => {
    act(() => toast("Deleted", { undo: () => undefined }));
    vi.useRealTimers();
    expect(await accessibilityFaults()).toEqual([]);
    vi.useFakeTimers();
  });
});
