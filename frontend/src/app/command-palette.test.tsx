import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { all, openPage, serve } from "@/testing/open";
import { problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { isCalled } from "./commands";
import { Shell } from "./shell";

const FIND = "GET /api/customers";
const ASHA = { id: "c1", email: "asha@example.com", name: "Asha Rao" };

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Parameters<typeof serve>[0] = {}, role: Role = "marketer") {
  signedIn(role);
  vi.stubGlobal("scrollTo", () => undefined);
  const calls = serve({ [FIND]: () => all(ASHA), ...answers });
  const router = openPage(Shell, "/", "/");
  return { calls, router, user: userEvent.setup() };
}

const box = () => screen.findByRole("combobox", { name: "Page, customer or command" });
const options = () => screen.queryAllByRole("option").map(({ textContent }) => textContent);
const chosen = async () => {
  const id = (await box()).getAttribute("aria-activedescendant") ?? "";
  return document.getElementById(id)?.textContent;
};

describe("the command palette", () => {
  it.each(["{Control>}k{/Control}", "{Meta>}k{/Meta}"])("opens with %s and goes to a page", async (keys) => {
    const { router, user } = open();
    await screen.findAllByText("Mini CRM");
    await user.keyboard(keys);
    const input = await box();
    expect(document.activeElement).toBe(input);
    await user.keyboard("ord");
    await waitFor(async () => expect(await chosen()).toBe("Orders"));
    await user.keyboard("{Enter}");
    expect(router.state.location.pathname).toBe("/orders");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("opens by its button, is closed by Escape, and gives the focus back", async () => {
    const { user } = open();
    // Beside the one of phones.
    const [button] = await screen.findAllByRole("button", { name: "Search or go to" });
    await user.click(button as HTMLElement);
    await box();
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.activeElement).toBe(button);
  });

  it("is walked through with the arrows, round and round", async () => {
    const { router, user } = open();
    await user.keyboard("{Control>}k{/Control}");
    await box();
    expect(await chosen()).toBe("Dashboard");
    await user.keyboard("{ArrowUp}");
    expect(await chosen()).toBe("Import a CSV file");
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(await chosen()).toBe("Customers");
    await user.keyboard("{Enter}");
    expect(router.state.location.pathname).toBe("/customers");
  });

  it("finds customers, and leads to one or to all of them", async () => {
    const { calls, router, user } = open();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await box(), "asha");
    const group = within(await screen.findByRole("group", { name: "Customers" }));
    expect(group.getByText("asha@example.com")).toBeTruthy();
    await waitFor(() => expect(calls(FIND).at(-1)?.query.get("search")).toBe("asha"));
    // Whom fewer letters have found cannot be chosen.
    await waitFor(() => expect(screen.queryByText("Looking for customers…")).toBeNull());
    expect(options()).toEqual(["Asha Raoasha@example.com", "All customers like “asha”"]);
    await user.click(group.getByText("Asha Rao"));
    expect(router.state.location.pathname).toBe("/customers/c1");
  });

  it("does not go to whom other words have found, however slow the answer is", async () => {
    let arrive: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (arrive = resolve));
    const meera = { id: "c2", email: "meera@example.com", name: "Meera Iyer" };
    const { router, user } = open({
      [FIND]: ({ query }) => (query.get("search") === "asha" ? all(ASHA) : slow.then(() => all(meera))),
    });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await box(), "asha");
    await screen.findByRole("option", { name: /Asha Rao/ });
    await user.clear(await box());
    await user.type(await box(), "meera{Enter}");
    expect(router.state.location.pathname).toBe("/");
    await screen.findByText("Looking for customers…");
    await user.keyboard("{ArrowDown}{Enter}");
    await user.click(screen.getByRole("option", { name: /Asha Rao/ }));
    expect(router.state.location.pathname).toBe("/");
    arrive();
    await waitFor(async () => expect(await chosen()).toContain("Meera Iyer"));
    await user.keyboard("{Enter}");
    expect(router.state.location.pathname).toBe("/customers/c2");
  });

  it("says when nothing goes by what was typed, and when customers cannot be looked for", async () => {
    let answer = () => all() as unknown;
    const { user } = open({ [FIND]: () => answer() });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await box(), "zzz");
    expect(await screen.findByText("Nothing goes by that.")).toBeTruthy();
    answer = () => problem(400, "invalid");
    await user.type(await box(), "z");
    expect(await screen.findByText("Customers cannot be looked for at the moment.")).toBeTruthy();
  });

  it("offers nothing to make to who may only read", async () => {
    const { user } = open({}, "analyst");
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await box(), "new");
    expect(options()).toEqual([]);
  });

  it("does not open over a question", async () => {
    const { user } = open();
    await screen.findAllByText("Mini CRM");
    const asked = document.createElement("dialog");
    document.body.append(asked);
    asked.showModal();
    await user.keyboard("{Control>}k{/Control}");
    expect(screen.queryByRole("combobox")).toBeNull();
    asked.remove();
  });
});

it("goes by the beginnings of words", () => {
  expect(isCalled("New customer", "cus")).toBe(true);
  expect(isCalled("New customer", " cust  new ")).toBe(true);
  expect(isCalled("New customer", "ustomer")).toBe(false);
  expect(isCalled("New customer", "")).toBe(true);
});
