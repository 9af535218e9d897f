import { i18n as messages } from "@lingui/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const KEY = "mini-crm-language";

beforeEach(() => {
  vi.resetModules();
  localStorage.clear();
});
afterEach(() => {
  localStorage.clear();
  vi.unstubAllGlobals();
  messages.loadAndActivate({ locale: "en", locales: "en-IN", messages: {} });
});

/** The module as a page begins with it, in a browser that prefers these languages. */
async function begin(...languages: string[]) {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
  return import("./i18n");
}

describe("the language of the app", () => {
  it.each([
    [["hi-IN", "en-IN"], "hi"],
    [["en-GB", "hi"], "en"],
    [["fr-FR", "hi"], "hi"],
    [["fr-FR"], "en"],
    [[], "en"],
  ])("is by %j as the browser prefers when nothing was chosen: %s", async (preferred, expected) => {
    const { language, formatLocale } = await begin(...preferred);
    expect(language).toBe(expected);
    expect(formatLocale).toBe(`${expected}-IN`);
  });

  it("is what was chosen, whatever the browser prefers", async () => {
    localStorage.setItem(KEY, "en");
    expect((await begin("hi-IN")).language).toBe("en");
  });

  it.each(["xx", "", "toString", "hi-IN"])("is English when %j was kept, which is none", async (kept) => {
    localStorage.setItem(KEY, kept);
    expect((await begin("hi-IN")).language).toBe("en");
  });

  it("is by the browser where nothing can be kept, and cannot be chosen there", async () => {
    const refuse = () => {
      throw new DOMException("no", "SecurityError");
    };
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(refuse);
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(refuse);
    const { choose, language } = await begin("hi-IN");
    expect(language).toBe("hi");
    expect(() => choose("en")).not.toThrow();
  });

  it("is told to the document, and its messages are there before anything is shown", async () => {
    const { loadMessages, startMessages } = await begin("hi-IN");
    await startMessages();
    expect(document.documentElement.lang).toBe("hi");
    const { i18n } = await import("@lingui/core");
    const said = () => Object.values(i18n.messages).flat();
    expect(said()).toContain("साइन आउट करें");
    const before = said().length;
    await loadMessages("orders");
    expect(said().length).toBeGreaterThan(before);
  });

  it("is English where a catalogue cannot be fetched, until it can", async () => {
    vi.useFakeTimers();
    for (const of of ["shell", "orders"]) {
      vi.doMock(`@/locales/${of}/hi.po`, () => {
        throw new Error("lost");
      });
    }
    const { loadMessages, startMessages } = await begin("hi-IN");
    const { i18n } = await import("@lingui/core");
    const said = () => Object.values(i18n.messages).flat();
    await startMessages();
    expect(said()).toContain("Sign out");
    await loadMessages("orders");
    expect(said()).toContain("Place order");

    for (const of of ["shell", "orders"]) vi.doUnmock(`@/locales/${of}/hi.po`);
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(said()).toContain("साइन आउट करें"));
    await vi.waitFor(() => expect(said()).not.toContain("Place order"));
  });

  it("is kept when it is chosen", async () => {
    const { choose } = await begin("en-IN");
    choose("en");
    expect(localStorage.getItem(KEY)).toBeNull();
    choose("hi");
    expect(localStorage.getItem(KEY)).toBe("hi");
  });
});
