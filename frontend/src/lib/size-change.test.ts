import { describe, expect, it } from "vitest";
import { changeInAWeek, changeInWords } from "./size-change";

describe("the change of a segment's size", () => {
  it("is that of seven days, and none where the rules are younger", () => {
    expect(changeInAWeek({ recentSizes: [9, 40, 41, 42, 43, 44, 45, 46, 52] })).toBe(12);
    expect(changeInAWeek({ recentSizes: [40, 41, 42, 43, 44, 45, 46] })).toBeUndefined();
    expect(changeInAWeek({})).toBeUndefined();
  });

  it("is said with its sign", () => {
    expect([1_200, -3, 0].map(changeInWords)).toEqual([
      "+1,200 in 7 days",
      "−3 in 7 days",
      "unchanged in 7 days",
    ]);
  });
});
