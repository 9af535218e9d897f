import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, Suspense } from "react";
import { Link, MemoryRouter, Outlet, type RouteObject, useRoutes } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { page, useIsLoading } from "./page";
import { PageErrors } from "./page-error";

type Module = { Component: () => ReactNode };

beforeEach(() => {
  // React tells of what a boundary catches.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

const First = () => <h1>The first page</h1>;
const Second = () => <h1>The second page</h1>;
const Router = ({ routes }: { routes: RouteObject[] }) => useRoutes(routes);

function Broken(): ReactNode {
  throw new Error("a module of the page is broken");
}

function Frame() {
  const isLoading = useIsLoading();
  return (
    <>
      <Link to="/one">One</Link>
      <Link to="/two">Two</Link>
      <p>{isLoading ? "under way" : "all there"}</p>
      <main>
        <PageErrors framed>
          <Suspense fallback="nothing">
            <Outlet />
          </Suspense>
        </PageErrors>
      </main>
    </>
  );
}

/** Two pages in a frame; somebody is on the first. */
async function open(two: () => Promise<Module>) {
  const one = vi.fn(async (): Promise<Module> => ({ Component: First }));
  const routes: RouteObject[] = [
    {
      Component: Frame,
      children: [
        { path: "one", Component: page("shell", one) },
        { path: "two", Component: page("shell", two) },
      ],
    },
  ];
  await act(async () => {
    render(
      <MemoryRouter initialEntries={["/one"]}>
        <Router routes={routes} />
      </MemoryRouter>,
    );
  });
  await screen.findByText("The first page");
  return { one, user: userEvent.setup() };
}

const link = (name: string) => screen.getByRole("link", { name });
const second = async (): Promise<Module> => ({ Component: Second });

describe("a page that is being fetched", () => {
  it("leaves the one before on screen, and the bar is shown until it is there", async () => {
    let arrive: (module: Module) => void = () => undefined;
    const { user } = await open(() => new Promise((resolve) => (arrive = resolve)));
    expect(screen.getByText("all there")).toBeTruthy();
    await user.click(link("Two"));
    expect(await screen.findByText("under way")).toBeTruthy();
    expect(screen.getByText("The first page")).toBeTruthy();
    expect(screen.queryByText("nothing")).toBeNull();
    await act(async () => arrive(await second()));
    expect(await screen.findByText("The second page")).toBeTruthy();
    expect(screen.queryByText("The first page")).toBeNull();
    expect(screen.getByText("all there")).toBeTruthy();
  });

  it("is fetched only once", async () => {
    const two = vi.fn(second);
    const { one, user } = await open(two);
    await user.click(link("Two"));
    await screen.findByText("The second page");
    await user.click(link("One"));
    await screen.findByText("The first page");
    await user.click(link("Two"));
    await screen.findByText("The second page");
    expect([one, two].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });
});

describe("a page that cannot be fetched", () => {
  it("shows the error, and is fetched again after going elsewhere and back", async () => {
    const two = vi
      .fn(second)
      .mockRejectedValueOnce(new TypeError("Failed to fetch dynamically imported module"));
    const { user } = await open(two);
    await user.click(link("Two"));
    expect((await screen.findByRole("alert")).textContent).toContain("A part of the app could not be loaded");
    expect(screen.getAllByRole("main")).toHaveLength(1);
    expect(screen.getByText("all there")).toBeTruthy();

    await user.click(link("One"));
    expect(await screen.findByText("The first page")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    await user.click(link("Two"));
    expect(await screen.findByText("The second page")).toBeTruthy();
    expect(two).toHaveBeenCalledTimes(2);
  });

  it("names the document, and asks whether the server is there once the connection is back", async () => {
    const two = vi
      .fn(second)
      .mockRejectedValueOnce(new TypeError("Failed to fetch dynamically imported module"));
    const { user } = await open(two);
    await user.click(link("Two"));
    await screen.findByRole("alert");
    expect(document.title).toBe("This page could not be shown · Mini CRM");
    const fetched = vi.fn(async () => new Response(null, { status: 503 }));
    vi.stubGlobal("fetch", fetched);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await act(async () => window.dispatchEvent(new Event("online")));
    expect(fetched).toHaveBeenCalledWith(
      window.location.pathname,
      expect.objectContaining({ cache: "no-store" }),
    );
    expect(screen.getByRole("alert")).toBeTruthy();
    // It is not quite there: asked again, until somebody goes elsewhere.
    await act(() => vi.advanceTimersByTimeAsync(3_000));
    expect(fetched).toHaveBeenCalledTimes(2);
    await act(async () => link("One").click());
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(screen.getByText("The first page")).toBeTruthy();
    expect(fetched).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is fetched again by another click on its link", async () => {
    const two = vi
      .fn(second)
      .mockRejectedValueOnce(new TypeError("error loading dynamically imported module"));
    const { user } = await open(two);
    await user.click(link("Two"));
    await screen.findByRole("alert");
    await user.click(link("Two"));
    expect(await screen.findByText("The second page")).toBeTruthy();
  });
});

describe("a page that breaks", () => {
  it("says so without blaming the connection, and goes with the page", async () => {
    const { user } = await open(async () => ({ Component: Broken }));
    await user.click(link("Two"));
    expect((await screen.findByRole("alert")).textContent).toContain("Something unexpected happened");
    await user.click(link("One"));
    expect(await screen.findByText("The first page")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
