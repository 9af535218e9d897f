/**
 * The language of the app, and the catalogues of its text. What a language lacks is in English, message by message.
 * A choice takes effect by a reload, so that text never has to be made twice.
 */
import { i18n, type Messages } from "@lingui/core";
import { messages as english } from "@/locales/shell/en.po";

/** By the names that they have in themselves, with the formats of numbers, money and dates. */
export const LANGUAGES = {
  en: { name: "English", formats: "en-IN" },
  hi: { name: "हिन्दी", formats: "hi-IN" },
} as const;
export type Language = keyof typeof LANGUAGES;

/** Each directory of features has a catalogue of its own, fetched with its first page. */
export const FEATURES = [
  "admin",
  "campaigns",
  "customers",
  "dashboard",
  "imports",
  "orders",
  "segments",
  "settings",
  "sign-in",
  "suppressions",
] as const;
/** The rest of the app is the shell, whose text is there from the start, and what forms of several features share. */
export type Feature = "shell" | (typeof FEATURES)[number];
type Catalogue = Feature | "shared";
/** What somebody comes to first has nothing of what is shared. */
const FIRST: readonly Feature[] = ["shell", "sign-in", "dashboard"];

/** Milliseconds after which a catalogue that could not be fetched is asked for again. */
const AGAIN = 10_000;

const KEY = "mini-crm-language";
const catalogues = import.meta.glob<{ messages: Messages }>("../locales/*/*.po");
const fetched = new Set<Catalogue>();

export const language = chosen();

/** What `Intl` is asked for. */
export const formatLocale = LANGUAGES[language].formats;

/** Before anything is rendered. */
export async function startMessages(): Promise<void> {
  document.documentElement.lang = language;
  i18n.load(language, { ...english });
  i18n.activate(language, formatLocale);
  if (language === "en") fetched.add("shell");
  else await loadMessages("shell");
}

/** What the pages of a feature say. */
export async function loadMessages(feature: Feature): Promise<void> {
  await Promise.all([
    fetchCatalogue(feature),
    FIRST.includes(feature) ? undefined : fetchCatalogue("shared"),
  ]);
}

export function choose(next: Language): void {
  if (next === language) return;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Where nothing can be kept, nothing can be chosen.
    return;
  }
  window.location.reload();
}

/** What was chosen here, or English where there is no such language any more; else what the browser asks for, else English. */
function chosen(): Language {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept !== null) return isLanguage(kept) ? kept : "en";
  } catch {
    // Not remembered then.
  }
  return globalThis.navigator?.languages?.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
}

function isLanguage(tag: string | null | undefined): tag is Language {
  return typeof tag === "string" && Object.hasOwn(LANGUAGES, tag);
}

async function fetchCatalogue(of: Catalogue): Promise<void> {
  if (fetched.has(of)) return;
  try {
    await load(of, language);
    fetched.add(of);
  } catch (error) {
    if (language === "en") throw error;
    // Better in English than not at all; that of the shell is there from the start.
    if (of !== "shell") await load(of, "en");
    setTimeout(() => fetchCatalogue(of).catch(() => undefined), AGAIN);
  }
}

async function load(of: Catalogue, from: Language): Promise<void> {
  const catalogue = await catalogues[`../locales/${of}/${from}.po`]?.();
  if (catalogue) i18n.load(language, catalogue.messages);
}
