import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider, useLocation } from "react-router";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { request } from "@/lib/api";
import type { User } from "@/lib/contract";
import { Problem } from "@/lib/problem";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import "@/testing/dialogs";
import { grant, json, noContent, OWNER, problem, signedIn } from "@/testing/signed-in";
import { followSession } from "./query-client";
import { RequireSession } from "./require-session";
import { SessionGate } from "./session-gate";

const OTHER: User = { id: "u2", email: "bina@example.com", name: "Bina", role: "marketer" };
const fetched = vi.fn<typeof fetch>();
let unfollow = () => undefined as unknown;

beforeEach(() => vi.stubGlobal("fetch", fetched.mockReset()));
afterEach(() => {
  unfollow();
  vi.unstubAllGlobals();
  session.end();
});

function Where() {
  const { pathname, search } = useLocation();
  return <p>{pathname + search}</p>;
}

function Draft() {
  const stats = useQuery({ queryKey: ["stats"], queryFn: () => request<{ orders: number }>("/api/stats") });
  return (
    <main>
      <h1>Page</h1>
      <input aria-label="Draft" />
      <dialog>Asked on the page</dialog>
      <p>{stats.data && `${stats.data.orders} orders`}</p>
    </main>
  );
}

function open(path: string) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  unfollow = followSession(client);
  const router = createMemoryRouter(
    [
      {
        Component: SessionGate,
        children: [
          { path: "/sign-in", Component: Where },
          { Component: RequireSession, children: [{ path: "*", Component: Draft }] },
        ],
      },
    ],
    { initialEntries: [path] },
  );
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return client;
}

/** A server at which `user` signs in; sessions before that are not known to it. */
function serve(user: User, orders = 7) {
  let signedInAgain = false;
  fetched.mockImplementation(async (path) => {
    if (path === "/config.json") return json({ localIdentity: true });
    if (path === "/local/identity/token") return json({ credential: "id-token" });
    if (path === "/auth/google-jwt") {
      signedInAgain = true;
      return json(grant("token-2", user));
    }
    if (path === "/auth/refresh") return noContent();
    return signedInAgain ? json({ orders }) : problem(401, "unauthorized");
  });
}

async function openAndLoseSession() {
  fetched.mockImplementation(async () => json({ orders: 3 }));
  signedIn();
  const client = open("/segments/new");
  await userEvent.type(await screen.findByLabelText("Draft"), "half a thought");
  expect(await screen.findByText("3 orders")).toBeTruthy();
  return client;
}

it("sends a visitor without a session to the sign-in page, which knows the way back", async () => {
  vi.spyOn(session, "get").mockReturnValue({ phase: "out", left: false });
  open("/customers?search=asha#top");
  expect(await screen.findByText("/sign-in?next=%2Fcustomers%3Fsearch%3Dasha%23top")).toBeTruthy();
});

it("keeps what was typed when the session ends under the page, and refreshes what is shown", async () => {
  await openAndLoseSession();
  serve(OWNER);
  await act(() => request("/api/stats").catch(() => undefined));
  expect(await screen.findByText("Your session has ended")).toBeTruthy();

  await userEvent.click(await screen.findByRole("button", { name: "Sign in" }));
  expect(await screen.findByText("7 orders")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Draft").value).toBe("half a thought");
  expect(screen.queryByText("Your session has ended")).toBeNull();
  expect(session.get()).toMatchObject({ phase: "in", token: "token-2" });
});

it("asks above a dialog that is open on the page, and leaves that as it is", async () => {
  const shown = vi.spyOn(HTMLDialogElement.prototype, "showModal");
  await openAndLoseSession();
  screen.getByRole<HTMLDialogElement>("dialog", { hidden: true }).showModal();
  serve(OWNER);
  await act(() => request("/api/stats").catch(() => undefined));
  const form = (await screen.findByRole("button", { name: "Sign in" })).closest("dialog");
  expect(shown.mock.contexts.at(-1)).toBe(form);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByText("7 orders")).toBeTruthy();
  expect(screen.getByText("Asked on the page").closest("dialog")?.open).toBe(true);
});

it("shows another person nothing of what the one before had typed or loaded", async () => {
  const client = await openAndLoseSession();
  serve(OTHER, 9);
  await act(() => request("/api/stats").catch(() => undefined));
  const email = await screen.findByLabelText<HTMLInputElement>("E-mail");
  expect(email.value).toBe(OWNER.email);
  client.setQueryData(["secret"], "of the owner");
  await userEvent.clear(email);
  await userEvent.type(email, OTHER.email);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));

  expect(await screen.findByText("9 orders")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Draft").value).toBe("");
  expect(client.getQueryData(["secret"])).toBeUndefined();
});

it("goes to the sign-in page and forgets what was loaded when somebody signs out", async () => {
  const client = await openAndLoseSession();
  act(() => session.end());
  expect(await screen.findByText("/sign-in")).toBeTruthy();
  expect(client.getQueryCache().getAll()).toEqual([]);
});

it("says that the server cannot be reached rather than asking to sign in, and tries again on demand", async () => {
  vi.spyOn(session, "get").mockReturnValue({ phase: "unreachable", problem: Problem.offline() });
  open("/customers");
  expect(await screen.findByRole("heading", { name: "Mini CRM cannot be reached" })).toBeTruthy();
  expect(await accessibilityFaults()).toEqual([]);
  fetched.mockResolvedValue(noContent());
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(fetched.mock.calls[0]?.[0]).toBe("/auth/refresh"));
});
