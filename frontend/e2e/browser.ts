/**
 * The browser of the journeys: what `CHROMIUM` names, else a Chromium of the system, else the one inside
 * `@sparticuz/chromium`, which brings its own libraries. Without any of them a journey fails.
 */
import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const ATTEMPTS = 3;
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const ELSEWHERE = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
/** Where the packed one is unpacked to; a name of its own, since an older one would be taken as it is. */
const UNPACKED = new URL("../../target/chromium-153", import.meta.url).pathname;

/** Headless, with a profile that is gone afterwards. */
export async function launch(): Promise<Browser> {
  const system = process.env.CHROMIUM || systemChromium();
  const { executablePath, args } = system ? { executablePath: system, args: [] } : await packedChromium();
  const options = {
    executablePath,
    headless: true,
    // Chromium has no sandbox for root.
    chromiumSandbox: process.getuid?.() !== 0 && system !== undefined,
    args: [...args, "--disable-gpu", "--disable-component-update", "--no-first-run"],
  };
  // On a machine without a display or a bus Chromium now and then ends before its first page, which says nothing of the app.
  for (let attempts = 1; attempts < ATTEMPTS; attempts++) {
    try {
      return await chromium.launch(options);
    } catch (error) {
      if (!(error instanceof Error && /has been closed/.test(error.message))) throw error;
    }
  }
  return chromium.launch(options);
}

function systemChromium(): string | undefined {
  const directories = (process.env.PATH ?? "").split(delimiter);
  const candidates = [...directories.flatMap((one) => NAMES.map((name) => join(one, name))), ...ELSEWHERE];
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function packedChromium(): Promise<{ executablePath: string; args: string[] }> {
  mkdirSync(UNPACKED, { recursive: true });
  // Its own file looks for fonts elsewhere than it unpacks them here, and without any font it ends at the first text.
  process.env.FONTCONFIG_FILE = join(UNPACKED, "fonts.conf");
  writeFileSync(
    process.env.FONTCONFIG_FILE,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>${UNPACKED}/fonts</dir><cachedir>${UNPACKED}/fonts-cache</cachedir></fontconfig>`,
  );
  // It unpacks its libraries only where it believes to be in a bare container, which CI may be too.
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs24.x";
  const { TMPDIR } = process.env;
  process.env.TMPDIR = UNPACKED;
  const { default: packed } = await import("@sparticuz/chromium");
  const executablePath = await packed.executablePath();
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  return { executablePath, args: ["--no-zygote"] };
}
