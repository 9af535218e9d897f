import { focusManager, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useCursorList } from "@/lib/cursor-list";
import { session } from "@/lib/session";
import { signedIn } from "@/testing/signed-in";
import { ListView } from "./list-view";

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal("fetch", fetched.mockReset());
  signedIn();
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

const page = (names: string[], nextCursor: string | null) =>
  new Response(JSON.stringify({ items: names.map((name) => ({ name })), nextCursor }));
const problem = (status: number, detail: string) =>
  new Response(JSON.stringify({ type: "about:blank", title: "x", status, detail }), { status });

function Names() {
  const list = useCursorList(["users"], "GET /api/users");
  return (
    <ListView
      list={list}
      noun={(count) => (count === 1 ? "1 name" : `${count} names`)}
      empty={<p>No names yet</p>}
    >
      {(items) => (
        <ul>
          {items.map(({ name }) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
      )}
    </ListView>
  );
}

const newClient = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });

function show(client = newClient()) {
  render(
    <QueryClientProvider client={client}>
      <Names />
    </QueryClientProvider>,
  );
}

/** Somebody looks elsewhere, and comes back. */
async function comeBack() {
  await act(async () => focusManager.setFocused(false));
  await act(async () => focusManager.setFocused(true));
}

describe("a list by pages", () => {
  afterEach(() => focusManager.setFocused(undefined));

  it("reads its first pages again as one comes back to it, and leaves a long scroll in peace", async () => {
    fetched.mockImplementation(async (address) => {
      const at = Number(new URL(String(address), "http://x").searchParams.get("cursor") ?? 0);
      return page([`Name ${at}`], String(at + 1));
    });
    const client = newClient();
    show(client);
    await screen.findByText("Name 0");
    const more = async (last: string) => {
      await userEvent.click(screen.getByRole("button", { name: /more/ }));
      await screen.findByText(last);
    };
    await more("Name 1");
    expect(fetched).toHaveBeenCalledTimes(2);
    await comeBack();
    await waitFor(() => expect(fetched).toHaveBeenCalledTimes(4));
    await waitFor(() => expect(client.isFetching()).toBe(0));

    await more("Name 2");
    expect(fetched).toHaveBeenCalledTimes(5);
    await comeBack();
    cleanup();
    show(client);
    expect(screen.getByText("Name 2")).toBeTruthy();
    expect(client.isFetching()).toBe(0);
    expect(fetched).toHaveBeenCalledTimes(5);

    // But for what is known to have changed.
    cleanup();
    await client.invalidateQueries();
    show(client);
    await waitFor(() => expect(fetched).toHaveBeenCalledTimes(8));
  });
});

describe("ListView", () => {
  it("says that it is loading until the first page is there", async () => {
    let answer: (response: Response) => void = () => undefined;
    fetched.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    show();
    expect(screen.getByRole("status").textContent).toBe("Loading");
    answer(page(["Asha"], null));
    expect(await screen.findByText("Asha")).toBeTruthy();
    expect(screen.queryByText("Loading")).toBeNull();
  });

  it("shows the empty state for an empty list", async () => {
    fetched.mockResolvedValue(page([], null));
    show();
    expect(await screen.findByText("No names yet")).toBeTruthy();
  });

  it("shows the server's words when it fails, and tries again on demand", async () => {
    fetched.mockResolvedValueOnce(problem(503, "A service behind the API does not answer."));
    show();
    expect((await screen.findByRole("alert")).textContent).toContain("does not answer");
    fetched.mockResolvedValueOnce(page(["Asha"], null));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Asha")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("adds the next page by its cursor and keeps the first when the next one fails", async () => {
    fetched.mockResolvedValueOnce(page(["Asha", "Bina"], "c 1"));
    show();
    expect(await screen.findByText("The first 2 names")).toBeTruthy();

    fetched.mockResolvedValueOnce(problem(500, "Something went wrong on our side."));
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByText("The next page could not be loaded.")).toBeTruthy();
    expect(screen.getByText("Asha")).toBeTruthy();

    fetched.mockResolvedValueOnce(page(["Chitra"], null));
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByText("3 names, all shown")).toBeTruthy();
    expect(fetched.mock.calls.at(-1)?.[0]).toBe("/api/users?limit=50&cursor=c+1");
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });
});
