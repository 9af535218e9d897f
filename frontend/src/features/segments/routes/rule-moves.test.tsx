/** Conditions and groups that come and go: the focus follows, and what was taken out can be put back. */
import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import { all, openPage, serve } from "@/testing/open";
import { signedIn } from "@/testing/signed-in";
import { Component as NewSegmentPage } from "./new-segment-page";

beforeEach(() => {
  signedIn();
  serve({
    "GET /api/segments": () => all(),
    "POST /api/segments/preview": () => ({ count: 1, total: 1, sample: [], tookMs: 1 }),
  });
  openPage(
    () => (
      <>
        <NewSegmentPage />
        <Toasts />
      </>
    ),
    "/segments/new",
    "/segments/new",
  );
});
afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

const user = userEvent.setup();
const fields = () => screen.getAllByTitle<HTMLSelectElement>("Field");
const chosen = () => fields().map(({ value }) => value);
const press = (name: string, place = 0) =>
  user.click(screen.getAllByRole("button", { name }).at(place) as HTMLElement);

describe("a condition", () => {
  it("that is added has the focus, in a new group too, and as a custom attribute", async () => {
    await screen.findByTitle("Field");
    await press("Condition");
    expect(document.activeElement).toBe(fields()[1]);
    await press("Group");
    expect(document.activeElement).toBe(screen.getAllByTitle("People match")[1]);
    await press("Use a custom attribute");
    await press("Cancel");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Use a custom attribute" }));
    await press("Use a custom attribute");
    expect(document.activeElement).toBe(screen.getByLabelText("Attribute name"));
    await user.keyboard("plan");
    await press("Add as a condition");
    expect((document.activeElement as HTMLSelectElement).value).toBe("attributes.plan");
  });

  it("that is removed hands the focus on, and comes back to its place beside later changes", async () => {
    await screen.findByTitle("Field");
    await press("Condition");
    await user.selectOptions(fields()[1] as HTMLElement, "City");
    await press("Condition");
    await user.selectOptions(fields()[2] as HTMLElement, "Visits");
    await user.type(screen.getByLabelText("City: value"), "Pune");
    await press("Remove this condition", 1);
    // It stays for as long as the mouse is on it, however slow the machine.
    fireEvent.mouseEnter(screen.getAllByText("Condition removed").at(-1) as HTMLElement);
    expect(chosen()).toEqual(["totalSpend", "visits"]);
    expect(document.activeElement).toBe(fields()[1]);
    await user.selectOptions(fields()[0] as HTMLElement, "Country");
    // Of the newest toast: those of former tests may still be there.
    await press("Undo", -1);
    expect(chosen()).toEqual(["country", "city", "visits"]);
    expect(screen.getByLabelText<HTMLInputElement>("City: value").value).toBe("Pune");
    expect(document.activeElement).toBe(fields()[1]);
  });

  it("that is the last leaves the focus on the button that adds one", async () => {
    await screen.findByTitle("Field");
    await press("Remove this condition");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Condition" }));
  });
});

it("a group comes back with all that it holds", async () => {
  await screen.findByTitle("Field");
  await press("Group");
  await user.selectOptions(fields()[1] as HTMLElement, "City");
  await press("Remove this group");
  // As above.
  fireEvent.mouseEnter(await screen.findByText("Group removed"));
  expect(chosen()).toEqual(["totalSpend"]);
  // Of the newest toast: those of former tests may still be there.
  await press("Undo", -1);
  expect(chosen()).toEqual(["totalSpend", "city"]);
});
