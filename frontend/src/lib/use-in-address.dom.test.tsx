import { act, render } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, it } from "vitest";
import { useInAddress } from "./use-in-address";

const KNOWN = { range: { or: "90", of: ["7", "90"] }, email: { or: "" } } as const;

let seen: ReturnType<typeof useInAddress<typeof KNOWN>> | undefined;

function Page() {
  seen = useInAddress(KNOWN);
  return null;
}

function open(address: string) {
  const router = createMemoryRouter([{ path: "*", Component: Page }], {
    initialEntries: ["/before", address],
  });
  render(<RouterProvider router={router} />);
  return {
    router,
    chosen: () => seen?.[0],
    change: (to: { range?: "7" | "90"; email?: string }) => act(async () => seen?.[1](to)),
    twice: () =>
      act(async () => {
        seen?.[1]({ range: "7" });
        seen?.[1]({ email: "asha@example.com" });
      }),
  };
}

it("reads what the address says, and knows what holds when it says nothing or nonsense", () => {
  expect(open("/?range=7&email=asha%40example.com").chosen()).toEqual({
    range: "7",
    email: "asha@example.com",
  });
  expect(open("/").chosen()).toEqual({ range: "90", email: "" });
  expect(open("/?range=8").chosen()).toEqual({ range: "90", email: "" });
});

it("changes several at once, and leaves the others and the history as they are", async () => {
  const { router, chosen, change } = open("/?view=orders");
  await change({ range: "7", email: "asha@example.com" });
  expect(router.state.location.search).toBe("?view=orders&range=7&email=asha%40example.com");
  expect(chosen()).toEqual({ range: "7", email: "asha@example.com" });
  await act(() => router.navigate(-1));
  expect(router.state.location.pathname).toBe("/before");
});

it("leaves out what would hold anyway", async () => {
  const { router, change } = open("/?range=7&email=asha%40example.com");
  await change({ range: "90" });
  expect(router.state.location.search).toBe("?email=asha%40example.com");
  await change({ email: "" });
  expect(router.state.location.search).toBe("");
});

it("keeps both of two changes in one moment", async () => {
  const { chosen, twice } = open("/");
  await twice();
  expect(chosen()).toEqual({ range: "7", email: "asha@example.com" });
});
