import { act, fireEvent, render, screen } from "@testing-library/react";
import { MemoryRouter, type NavigateFunction, useLocation, useNavigate } from "react-router";
import { beforeEach, expect, it, vi } from "vitest";
import { useScrollMemory } from "./scroll-memory";

let go: NavigateFunction;
const scrolled = vi.fn();

function Frame() {
  const { pathname, search, hash } = useLocation();
  go = useNavigate();
  useScrollMemory();
  return <p>{pathname + search + hash}</p>;
}

beforeEach(() => {
  sessionStorage.clear();
  move(0);
  vi.stubGlobal("scrollTo", (left: number, top: number) => {
    scrolled(left, top);
    move(top);
  });
  scrolled.mockReset();
  render(
    <MemoryRouter initialEntries={["/customers"]}>
      <Frame />
    </MemoryRouter>,
  );
  scrolled.mockReset();
});

function move(top: number) {
  Object.defineProperty(window, "scrollY", { configurable: true, value: top });
}

function scroll(top: number) {
  move(top);
  fireEvent.scroll(window);
}

async function goTo(to: string, options = {}) {
  await act(async () => go(to, options));
  await screen.findByText(to);
}

async function goBy(steps: number, arrive: string) {
  await act(async () => go(steps));
  await screen.findByText(arrive);
}

it("begins a new page at its top, and comes back to where one was, both ways", async () => {
  scroll(640);
  await goTo("/customers/c1");
  expect(scrolled.mock.calls).toEqual([[0, 0]]);
  scroll(200);
  await goBy(-1, "/customers");
  expect(window.scrollY).toBe(640);
  await goBy(1, "/customers/c1");
  expect(window.scrollY).toBe(200);
});

it("stays where it is when only the search parameters change", async () => {
  scroll(300);
  await goTo("/customers?search=asha", { replace: true });
  await goTo("/customers?search=asha&sort=name");
  expect(scrolled).not.toHaveBeenCalled();
});

it("knows the way back also to a page that was filtered and not scrolled since", async () => {
  scroll(300);
  await goTo("/customers?search=asha", { replace: true });
  await goTo("/customers/c1");
  await goBy(-1, "/customers?search=asha");
  expect(window.scrollY).toBe(300);
});

it("leaves a link within the page to the browser", async () => {
  scroll(300);
  await goTo("/customers#main");
  expect(scrolled).not.toHaveBeenCalled();
});

it("keeps the places over a reload", async () => {
  scroll(640);
  await goTo("/customers/c1");
  fireEvent(window, new Event("pagehide"));
  expect(Object.values(JSON.parse(sessionStorage.getItem("mini-crm-scroll") ?? "{}"))).toEqual([640, 0]);
});
