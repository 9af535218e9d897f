import { expect, it } from "vitest";
import { isAllowed } from "./permissions";

it.each([
  ["analyst", true, false, false],
  ["marketer", true, true, false],
  ["admin", true, true, true],
  ["owner", true, true, true],
  ["something newer", true, false, false],
])("%s: read %s, write %s, administer %s", (role, read, write, administer) => {
  expect([isAllowed(role, "read"), isAllowed(role, "write"), isAllowed(role, "administer")]).toEqual([
    read,
    write,
    administer,
  ]);
});
