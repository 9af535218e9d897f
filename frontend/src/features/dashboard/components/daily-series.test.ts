import { describe, expect, it } from "vitest";
import { niceTicks } from "@/components/ui/bar-chart";
import { seriesOf } from "./daily-series";

const day = (date: string, orders = 1) => ({ date, orders, revenue: orders * 10, customers: 0 });

describe("seriesOf", () => {
  it("fills days without orders and counts the range back from the last day with figures", () => {
    const { size, buckets } = seriesOf(
      [day("2026-03-05"), day("2026-01-01"), day("2026-03-02", 4)],
      "30",
      "orders",
    );
    expect(size).toBe("day");
    expect(buckets).toHaveLength(30);
    expect(buckets.at(-1)).toMatchObject({ from: "2026-03-05", orders: 1 });
    expect(buckets.at(-4)).toMatchObject({ from: "2026-03-02", orders: 4, revenue: 40 });
    expect(buckets.reduce((sum, bucket) => sum + bucket.orders, 0)).toBe(5);
  });

  it("loses nothing when it gathers days into weeks or months", () => {
    const daily = Array.from({ length: 2000 }, (_, index) =>
      day(new Date(Date.UTC(1997, 0, 1 + index)).toISOString().slice(0, 10), (index % 7) + 1),
    );
    for (const [range, size] of [
      ["90", "day"],
      ["365", "week"],
      ["all", "month"],
    ] as const) {
      const series = seriesOf(daily, range, "orders");
      expect(series.size).toBe(size);
      const from = series.buckets[0]?.from ?? "";
      const expected = daily.filter(({ date }) => date >= from).reduce((sum, { orders }) => sum + orders, 0);
      expect(series.buckets.reduce((sum, bucket) => sum + bucket.orders, 0)).toBe(expected);
      series.buckets.forEach((bucket, index) => {
        expect(bucket.from <= bucket.to).toBe(true);
        const next = series.buckets[index + 1];
        if (next) expect(Date.parse(next.from) - Date.parse(bucket.to)).toBe(86_400_000);
      });
    }
  });

  it("ends with the chosen figure, not with whatever else came later", () => {
    const daily = [day("1998-06-30", 3), { date: "2026-11-22", orders: 0, revenue: 0, customers: 5 }];
    expect(seriesOf(daily, "30", "orders").buckets.at(-1)).toMatchObject({ from: "1998-06-30", orders: 3 });
    expect(seriesOf(daily, "30", "customers").buckets.at(-1)).toMatchObject({
      from: "2026-11-22",
      customers: 5,
    });
  });

  it("is empty without figures", () => {
    expect(seriesOf([], "all", "orders").buckets).toEqual([]);
  });
});

describe("niceTicks", () => {
  it("reaches the maximum in few round steps", () => {
    expect(niceTicks(0)).toEqual([0, 1]);
    expect(niceTicks(3)).toEqual([0, 1, 2, 3]);
    expect(niceTicks(97)).toEqual([0, 50, 100]);
    for (const max of [1, 9, 123, 4567, 281_234.5, 9e9]) {
      const ticks = niceTicks(max);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }
  });
});
