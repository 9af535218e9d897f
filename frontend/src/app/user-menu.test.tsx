import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { User } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { noContent, OWNER } from "@/testing/signed-in";
import { UserMenu } from "./user-menu";

const fetched = vi.fn<typeof fetch>();

beforeEach(() => vi.stubGlobal("fetch", fetched.mockReset()));
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function show(user: User = OWNER) {
  const page = (
    <main>
      <h1>Page</h1>
      <UserMenu user={user} />
      <button type="button">Elsewhere</button>
    </main>
  );
  render(page);
}

const toggle = () => screen.getByRole("button", { name: /^Account:/ });
const panel = () => screen.queryByRole("region", { name: "Account" });

describe("the user menu", () => {
  it("says who is signed in, in which role", async () => {
    show();
    expect(toggle().textContent).toContain("Asha Rao");
    await userEvent.click(toggle());
    const shown = within(panel() as HTMLElement);
    expect(shown.getByText("owner@example.com")).toBeTruthy();
    expect(shown.getByText("owner")).toBeTruthy();
    expect(await accessibilityFaults()).toEqual([]);
  });

  it("goes by the address of somebody without a name", async () => {
    show({ id: "u2", email: "bina@example.com", name: "", role: "analyst" });
    expect(toggle().textContent).toContain("bina@example.com");
  });

  it("works by keyboard: opens, closes on Escape with the focus back, closes when the focus leaves", async () => {
    show();
    await userEvent.tab();
    expect(document.activeElement).toBe(toggle());
    await userEvent.keyboard("{Enter}");
    expect(toggle().getAttribute("aria-expanded")).toBe("true");
    await userEvent.tab();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "English", pressed: true }));
    await userEvent.tab();
    await userEvent.tab();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Sign out" }));
    await userEvent.keyboard("{Escape}");
    expect(panel()).toBeNull();
    expect(document.activeElement).toBe(toggle());

    await userEvent.keyboard(" ");
    expect(panel()).not.toBeNull();
    screen.getByRole("button", { name: "Sign out" }).focus();
    await userEvent.tab();
    expect(panel()).toBeNull();
  });

  it("signs out by keyboard", async () => {
    fetched.mockResolvedValue(noContent());
    show();
    await userEvent.tab();
    await userEvent.keyboard("{Enter}{Tab}{Tab}{Tab}{Enter}");
    expect(fetched.mock.calls[0]).toMatchObject(["/auth/logout", { method: "POST" }]);
    await waitFor(() => expect(session.get()).toEqual({ phase: "out", left: true }));
  });

  it("says so when the server could not be told", async () => {
    fetched.mockRejectedValue(new TypeError("Failed to fetch"));
    show();
    await userEvent.click(toggle());
    await userEvent.click(screen.getByRole("button", { name: "Sign out" }));
    expect((await screen.findByRole("alert")).textContent).toContain("No connection to the server");
  });
});
