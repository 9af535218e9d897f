import { expect, it } from "vitest";
import { optionName } from "./option-name";

it("cuts a long name off, and no other", () => {
  expect(optionName("VIP")).toBe("VIP");
  expect(optionName("x".repeat(60))).toBe("x".repeat(60));
  expect(optionName("ग".repeat(200))).toBe(`${"ग".repeat(59)}…`);
});
