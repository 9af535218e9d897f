import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(() => {
  cleanup();
  // Tests of plain functions run without a DOM.
  globalThis.sessionStorage?.clear();
});
