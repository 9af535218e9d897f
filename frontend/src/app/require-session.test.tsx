import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider, useLocation } from "react-router";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { request } from "@/lib/api";
import { session } from "@/lib/session";
import { RequireSession } from "./require-session";

const USER = { id: "u1", email: "owner@example.com", role: "owner" };
const fetched = vi.fn<typeof fetch>();

beforeEach(() => vi.stubGlobal("fetch", fetched.mockReset()));
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function Where() {
  const { pathname, search } = useLocation();
  return <p>{pathname + search}</p>;
}

function Draft() {
  return <input aria-label="Draft" />;
}

function open(path: string) {
  const router = createMemoryRouter(
    [
      { path: "/access", Component: Where },
      { Component: RequireSession, children: [{ path: "*", Component: Draft }] },
    ],
    { initialEntries: [path] },
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

it("sends a visitor without a session to the access page, which knows the way back", async () => {
  open("/customers?search=asha");
  expect(await screen.findByText("/access?next=%2Fcustomers%3Fsearch%3Dasha")).toBeTruthy();
});

it("keeps what was typed when the session ends under the page", async () => {
  session.start("old", USER);
  open("/segments/new");
  await userEvent.type(await screen.findByLabelText("Draft"), "half a thought");

  fetched.mockResolvedValueOnce(new Response("{}", { status: 401 }));
  await act(() => request("/api/stats").catch(() => undefined));
  expect(await screen.findByText("Your session has ended")).toBeTruthy();

  fetched.mockImplementation(async () => new Response(JSON.stringify({ user: USER })));
  await userEvent.type(screen.getByLabelText("Access token"), "Bearer new");
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));

  expect(await screen.findByLabelText<HTMLInputElement>("Draft")).toHaveProperty("value", "half a thought");
  expect(screen.queryByText("Your session has ended")).toBeNull();
  expect(session.get()).toMatchObject({ token: "new", expired: false });
});
