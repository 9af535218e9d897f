// Fails the build when the JavaScript of the first load, or of one lazy route on top of it, outgrows its budget.
import { readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_LOAD = 130_000;
const LAZY_ROUTE = 110_000;

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const sizes = new Map();
function gzipSize(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length);
  return sizes.get(file);
}

/** The chunk and everything that it imports statically. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

const bytes = (keys) => [...keys].reduce((sum, key) => sum + gzipSize(manifest[key].file), 0);
const shown = (n) => `${(n / 1000).toFixed(1)} KB`;

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = closure(entry);
const dashboard = "src/features/dashboard/routes/dashboard-page.tsx";
// What a cold visit to the dashboard loads: the shell and the page itself.
const cold = new Set([...first, ...closure(dashboard)]);
const lines = [["first load, dashboard included", bytes(cold), FIRST_LOAD]];
for (const key of Object.keys(manifest)
  .filter((key) => manifest[key].isDynamicEntry)
  .sort()) {
  lines.push([key, bytes([...closure(key)].filter((k) => !first.has(k))), LAZY_ROUTE]);
}

let over = 0;
for (const [name, size, budget] of lines) {
  if (size > budget) over += 1;
  console.log(
    `${size > budget ? "OVER" : "  ok"}  ${shown(size).padStart(9)} of ${shown(budget)} gzip  ${name}`,
  );
}
rmSync(new URL(".vite", dist), { recursive: true });
if (over > 0) {
  console.error(`${over} bundle(s) over budget`);
  process.exit(1);
}
