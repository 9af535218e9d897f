import { act, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { toast } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { openPage, serve } from "@/testing/open";
import { signedIn } from "@/testing/signed-in";
import { Shell } from "./shell";

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open() {
  vi.stubGlobal("scrollTo", () => undefined);
  serve({});
  signedIn("owner");
  openPage(Shell, "/", "/");
}

it("says that one is offline for as long as one is", async () => {
  const onLine = vi.spyOn(navigator, "onLine", "get").mockReturnValue(true);
  open();
  await screen.findAllByText("Mini CRM");
  const notice = () => screen.queryByText("You are offline. What is shown may be out of date.");
  expect(notice()).toBeNull();
  onLine.mockReturnValue(false);
  act(() => void window.dispatchEvent(new Event("offline")));
  expect(notice()?.parentElement?.getAttribute("role")).toBe("status");
  onLine.mockReturnValue(true);
  act(() => void window.dispatchEvent(new Event("online")));
  expect(notice()).toBeNull();
});

it("shows toasts over every page, without faults of accessibility", async () => {
  open();
  await screen.findAllByText("Mini CRM");
  act(() => toast("Segment deleted", { undo: () => undefined }));
  const shown = screen.getByRole("button", { name: "Undo" }).closest("[role=status]");
  // Without the rest: both navigations are there at once, where there is no style sheet.
  expect(await accessibilityFaults(shown as Element)).toEqual([]);
});
