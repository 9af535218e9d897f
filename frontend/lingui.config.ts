import { readdirSync } from "node:fs";
import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";
import { createSwcExtractor } from "@lingui/native-tools";

const FEATURES = readdirSync(new URL("src/features", import.meta.url));
const path = (name: string) => `src/locales/${name}/{locale}`;
const exclude = ["**/*.test.ts", "**/*.test.tsx", "src/testing/**"];
/** What forms and rules have in common. Neither the shell nor the dashboard shows it, so it is no part of the first load. */
const SHARED = [
  "src/components/sending",
  "src/lib/rules",
  "src/components/ui/use-removal.ts",
  ...[
    "address-question",
    "assistant",
    "attributes-input",
    "export-status",
    "outdated-notice",
    "rejected-list",
    "restored-notice",
    "stepper",
    "tags-input",
    "time-zone-field",
    "typed-or-file",
  ].map((name) => `src/components/ui/${name}.tsx`),
  ...["assistant", "attributes", "money", "sending", "typed-number", "upload-file"].map(
    (name) => `src/lib/${name}.ts`,
  ),
];

/** A catalogue for each feature, so that a page brings the text that it shows; the shell's is what is there on all of them. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "hi"],
  fallbackLocales: { default: "en" },
  catalogs: [
    {
      path: path("shell"),
      include: ["src/app", "src/components", "src/lib"],
      exclude: [...exclude, ...SHARED.map((one) => (one.includes(".") ? one : `${one}/**`))],
    },
    { path: path("shared"), include: SHARED, exclude },
    ...FEATURES.map((name) => ({ path: path(name), include: [`src/features/${name}`], exclude })),
  ],
  // Line numbers would change with every edit.
  format: formatter({ lineNumbers: false }),
  orderBy: "message",
  extractors: [createSwcExtractor()],
  runtimeConfigModule: { Trans: ["@/lib/trans", "Trans"] },
});
