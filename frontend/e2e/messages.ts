/**
 * The built app knows its messages by generated names alone; where a catalogue was not loaded, the name is what people read.
 * Here is how to find one on a page.
 */
import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import type { Page } from "playwright-core";

const FRONTEND = new URL("..", import.meta.url).pathname;

/** The names of all messages there are. */
export async function messageNames(): Promise<string[]> {
  const catalogues = await getCatalogs(getConfig({ cwd: FRONTEND }));
  const read = await Promise.all(catalogues.map((catalogue) => catalogue.read("en")));
  return read.flatMap((messages) => Object.keys(messages ?? {}));
}

/** Where a name stands in place of a text, also in what only assistive technology reads. */
export async function untold(page: Page, names: readonly string[]): Promise<string[]> {
  return page.evaluate((all) => {
    const known = new Set(all);
    const found: string[] = [];
    const look = (text: string | null, where: string) => {
      for (const word of (text ?? "").split(/\s+/)) if (known.has(word)) found.push(`${word} in ${where}`);
    };
    look(document.title, "the title");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const around = walker.currentNode.parentElement;
      if (!around?.closest("script, style")) look(walker.currentNode.textContent, around?.outerHTML ?? "");
    }
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"]) {
      for (const element of document.querySelectorAll(`[${name}]`)) look(element.getAttribute(name), name);
    }
    return [...new Set(found)].map((one) => one.slice(0, 200));
  }, names);
}
