import { describe, expect, it } from "vitest";
import { firstRows, separatorOf } from "./csv";

describe("firstRows", () => {
  it("takes quotes, breaks within them and doubled ones as they are meant", () => {
    expect(firstRows('\uFEFFa,"b, c"\r\n"x ""y""","1\n2"\r\n', 9, true)).toEqual([
      ["a", "b, c"],
      ['x "y"', "1\n2"],
    ]);
  });

  it("leaves out blank lines, and keeps empty cells", () => {
    expect(firstRows("\n\na,b\n\n,\n1,\n", 9, true)).toEqual([
      ["a", "b"],
      ["", ""],
      ["1", ""],
    ]);
  });

  it("stops at so many rows, and shows no row that is cut off", () => {
    expect(firstRows("a\n1\n2\n3", 2, true)).toEqual([["a"], ["1"]]);
    expect(firstRows("a\n1\n2", 9, false)).toEqual([["a"], ["1"]]);
    expect(firstRows("a\n1\n2", 9, true)).toEqual([["a"], ["1"], ["2"]]);
    expect(firstRows("", 9, true)).toEqual([]);
  });
});

it("goes by the first line for what separates cells", () => {
  expect(separatorOf("a;b\n1,2")).toBe(";");
  expect(separatorOf("a\tb;c\td\n")).toBe("\t");
  expect(separatorOf('"a;b",c')).toBe(",");
  expect(separatorOf("a")).toBe(",");
});
