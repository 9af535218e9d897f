import { readdirSync } from "node:fs";
import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";
import { createSwcExtractor } from "@lingui/native-tools";

const FEATURES = readdirSync(new URL("src/features", import.meta.url));
const path = (name: string) => `src/locales/${name}/{locale}`;
const exclude = ["**/*.test.ts", "**/*.test.tsx", "src/testing/**"];

/** A catalogue for each feature, so that a page brings the text that it shows; the shell's is what all the rest shares. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "hi"],
  fallbackLocales: { default: "en" },
  catalogs: [
    { path: path("shell"), include: ["src/app", "src/components", "src/lib"], exclude },
    ...FEATURES.map((name) => ({ path: path(name), include: [`src/features/${name}`], exclude })),
  ],
  // Line numbers would change with every edit.
  format: formatter({ lineNumbers: false }),
  orderBy: "message",
  extractors: [createSwcExtractor()],
  runtimeConfigModule: { Trans: ["@/lib/trans", "Trans"] },
});
