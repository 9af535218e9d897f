import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const DOCUMENT = "../infra/openapi.json";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "document-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function check(document: string) {
  const { status, stderr } = spawnSync(
    process.execPath,
    ["scripts/generate.mjs", "--check", "--document", document],
    { encoding: "utf8" },
  );
  return { status, stderr };
}

/** The document with `from` in place of what it says. */
function changed(from: string, to: string): string {
  const text = readFileSync(DOCUMENT, "utf8");
  expect(text).toContain(from);
  const file = join(folder, "openapi.json");
  writeFileSync(file, text.replace(from, to));
  return file;
}

describe("the generated types", () => {
  it("are those of the API's document", () => {
    expect(check(DOCUMENT)).toEqual({ status: 0, stderr: "" });
  });

  it("are out of date as soon as the document says something else of a shape, or of a route", () => {
    const shape = check(changed('"totalSpend"', '"totalSpent"'));
    expect(shape.status).toBe(1);
    expect(shape.stderr).toContain("(types.gen.ts): npm run generate");
    const route = check(changed('"/api/stats"', '"/api/statistics"'));
    expect(route.status).toBe(1);
    expect(route.stderr).toContain("operations.gen.ts");
  });
});
