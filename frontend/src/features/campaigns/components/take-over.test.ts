import { expect, it } from "vitest";
import { isTaken, withProposed } from "./take-over";

const typed = (key: number, body: string, subject = "") => ({ key, subject, body, share: "" });
const said = (body: string) => ({ subject: `On ${body}`, body });
const bodies = (variants: { body: string }[]) => variants.map(({ body }) => body);

it("fills what is empty, then adds, and never writes over what was typed", () => {
  const before = [typed(1, "mine"), typed(2, " "), typed(3, "", "only a subject")];
  const { variants, left } = withProposed(before, [said("a"), said("b")]);
  expect(bodies(variants)).toEqual(["mine", "a", "", "b"]);
  expect(variants.map(({ key }) => key)).toEqual([1, 2, 3, 4]);
  expect(variants[2]?.subject).toBe("only a subject");
  expect(left).toBe(0);
});

it("stops at five variants, and says how many found no room", () => {
  const { variants, left } = withProposed(
    [1, 2, 3, 4].map((key) => typed(key, "x")),
    [said("a"), said("b")],
  );
  expect(bodies(variants)).toEqual(["x", "x", "x", "x", "a"]);
  expect(left).toBe(1);
});

it("knows a proposal again only as long as it is as it was proposed", () => {
  const { variants } = withProposed([typed(1, "")], [said("a")]);
  expect(isTaken(said("a"), { variants })).toBe(true);
  expect(isTaken(said("a"), { variants: [typed(1, "a", "Another subject")] })).toBe(false);
  expect(isTaken({ body: "a" }, { variants: [typed(1, "a")] })).toBe(true);
});
