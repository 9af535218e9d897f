import { fireEvent, render, screen, within } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCustomer } from "@/testing/made";
import { type CustomerColumn, fitting } from "./customer-columns";
import { CustomerTable } from "./customer-table";

// jsdom has no place to scroll to.
beforeEach(() => vi.stubGlobal("scrollTo", () => undefined));
afterEach(() => vi.unstubAllGlobals());

const MANY = Array.from({ length: 100_000 }, (_, index) =>
  aCustomer({ id: `c${index}`, email: `c${index}@example.com`, name: `Person ${index}`, city: "Pune" }),
);
const CITY: CustomerColumn = { id: "city", header: "City", width: 7, cell: ({ city }) => city };
const SPENT: CustomerColumn = { id: "totalSpend", header: "Spent", width: 7.5, cell: () => "1" };

function show(of: Partial<Parameters<typeof CustomerTable>[0]> = {}) {
  const onToggle = vi.fn();
  const onView = vi.fn();
  render(
    <MemoryRouter>
      <main>
        <CustomerTable
          rows={MANY}
          columns={[CITY]}
          total={120_000}
          hasMore
          isChosen={(id) => id === "c1"}
          areAllChosen={false}
          onToggle={onToggle}
          onToggleAll={() => undefined}
          onView={onView}
          {...of}
        />
      </main>
    </MemoryRouter>,
  );
  return { onToggle, onView };
}

/** As a browser does it: the place, then the event. */
function scrollTo(y: number) {
  vi.stubGlobal("scrollY", y);
  fireEvent.scroll(window);
}

describe("CustomerTable", () => {
  it("keeps few of 100,000 rows in the page, wherever one looks", () => {
    const { onView } = show();
    for (const row of [0, 10, 50_000, 99_990]) {
      scrollTo(row * 64);
      expect(document.querySelectorAll("tr").length).toBeLessThan(100);
      expect(screen.getByText(`Person ${row}`)).toBeTruthy();
    }
    expect(onView.mock.lastCall?.[1]).toBe(99_999);
    scrollTo(0);
    expect(screen.queryByText("Person 50000")).toBeNull();
  });

  it("says which rows these are, of how many", async () => {
    show();
    scrollTo(50_000 * 64);
    expect(screen.getByRole("table", { name: "Customers" }).getAttribute("aria-rowcount")).toBe("120001");
    const row = screen.getByRole("row", { name: /Person 50000/ });
    expect(row.getAttribute("aria-rowindex")).toBe("50002");
    expect(within(row).getByRole("link").getAttribute("href")).toBe("/customers/c50000");
    expect(await accessibilityFaults()).toEqual([]);
  });

  it("does not know how many there are while a search has more", () => {
    show({ total: undefined });
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("-1");
  });

  it("is chosen from by those who may write", () => {
    const { onToggle } = show();
    expect((screen.getByRole("checkbox", { name: "Select Person 1" }) as HTMLInputElement).checked).toBe(
      true,
    );
    fireEvent.click(screen.getByRole("checkbox", { name: "Select Person 2" }));
    expect(onToggle).toHaveBeenCalledWith("c2");
  });

  it("has no boxes for those who may not", () => {
    show({ isChosen: undefined });
    expect(screen.queryByRole("checkbox")).toBeNull();
  });
});

describe("columns", () => {
  it("are left out by their importance where there is no room", () => {
    const ids = (room: number) => fitting([CITY, SPENT], room, true).map(({ id }) => id);
    expect(ids(Number.POSITIVE_INFINITY)).toEqual(["city", "totalSpend"]);
    expect(ids(28.25)).toEqual(["city", "totalSpend"]);
    expect(ids(26)).toEqual(["totalSpend"]);
    // A phone: the e-mail address needs all there is.
    expect(ids(25)).toEqual([]);
  });
});
