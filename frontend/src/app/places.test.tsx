import { renderHook } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { signedIn } from "@/testing/signed-in";
import { useAdministration } from "./places";

afterEach(() => session.end());

describe("the navigation to administration", () => {
  it.each<[Role, boolean]>([
    ["analyst", false],
    ["marketer", false],
    ["admin", true],
    ["owner", true],
  ])("leads a %s to the settings: %s", (role, leads) => {
    signedIn(role);
    const labels = renderHook(useAdministration).result.current.map(({ label }) => label);
    expect(labels).toContain("Suppressions");
    expect(labels.includes("Settings")).toBe(leads);
  });
});
