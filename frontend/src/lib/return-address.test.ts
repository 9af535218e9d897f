import { expect, it } from "vitest";
import { returnAddress, signInAddress } from "./return-address";

const next = (value: string) => returnAddress(new URLSearchParams({ next: value }));

it("leads back to where the visitor wanted to go", () => {
  for (const address of ["/customers?search=asha%20rao", "/segments/new#rules", "/campaigns/7?tab=//log"]) {
    const { pathname, search, hash } = new URL(address, "https://crm.example");
    const [, query] = signInAddress({ pathname, search, hash }).split("?");
    expect(returnAddress(new URLSearchParams(query))).toBe(address);
  }
});

it("keeps the address short for the start page", () => {
  expect(signInAddress({ pathname: "/", search: "", hash: "" })).toBe("/sign-in");
  expect(returnAddress(new URLSearchParams())).toBe("/");
});

it.each([
  "https://evil.example/",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n\\evil.example",
  "\t//evil.example",
  "/.//evil.example",
  "/x/..//evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "evil.example",
  "https:evil.example",
  "//[",
  "",
])("stays in the app whatever a link says: %j", (value) => {
  expect(next(value)).toBe("/");
});

it("does not come back to the sign-in page itself", () => {
  expect(next("/sign-in?next=%2Fsign-in")).toBe("/");
});
