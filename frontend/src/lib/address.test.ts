import { expect, it } from "vitest";
import { isAddress } from "./address";

it.each([
  ["asha@example.com", true],
  [" a.b+c@mail.example.co.in ", true],
  ["asha", false],
  ["asha@", false],
  ["asha@example", false],
  ["@example.com", false],
  ["asha rao@example.com", false],
  ["asha@example.com, bina@example.com", false],
])("takes %j for a whole address: %s", (text, is) => {
  expect(isAddress(text)).toBe(is);
});
