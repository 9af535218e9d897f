import { fileURLToPath } from "node:url";
import { lingui } from "@lingui/vite-plugin";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` and `npm run preview` find the API; the built app always uses its own origin. */
const api = process.env.CRM_API ?? "http://127.0.0.1:8080";
const proxy = { "/api": api, "/auth": api, "/local": api, "/config.json": api };

export default defineConfig({
  plugins: [lingui({ macroTransform: true, failOnCompileError: true }), react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { host: "127.0.0.1", port: 5173, proxy },
  preview: { host: "127.0.0.1", port: 4173, proxy },
  build: {
    manifest: true,
    reportCompressedSize: false,
    // A browser that does not preload modules still loads them; the polyfill would be in everybody's first load.
    modulePreload: { polyfill: false },
    // The first load lists all chunks, so their names would be in it, too.
    rolldownOptions: { output: { chunkFileNames: "assets/[hash].js" } },
  },
  test: {
    restoreMocks: true,
    // Forms that are filled in key by key take seconds on a machine that builds something else meanwhile.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Plain functions need no document, which costs a second per file.
    projects: [
      {
        extends: true,
        test: {
          name: "plain",
          environment: "node",
          include: ["src/**/*.test.ts"],
          exclude: ["src/**/*.dom.test.ts"],
          setupFiles: ["src/testing/messages.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "dom",
          environment: "jsdom",
          include: ["src/**/*.test.tsx", "src/**/*.dom.test.ts"],
          setupFiles: ["src/testing/messages.ts", "src/test-setup.ts"],
        },
      },
    ],
  },
});
