import { QueryClient } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { followSession } from "@/app/query-client";
import { grant, OWNER, signedIn } from "@/testing/signed-in";
import { useDraft } from "./draft";
import { session } from "./session";

let unfollow: () => void;

beforeEach(() => {
  session.end();
  sessionStorage.clear();
  unfollow = followSession(new QueryClient());
  signedIn();
});
afterEach(() => unfollow());

const open = () => renderHook(() => useDraft("note/1", () => "as loaded"));
const type = (page: ReturnType<typeof open>, text: string) => act(() => page.result.current.change(text));

describe("a draft", () => {
  it("is there again after a reload, and says so", () => {
    const first = open();
    expect(first.result.current).toMatchObject({ value: "as loaded", restored: false });
    type(first, "half a thought");
    first.unmount();
    expect(open().result.current).toMatchObject({ value: "half a thought", restored: true });
  });

  it("is gone once it has been saved", () => {
    const first = open();
    type(first, "half a thought");
    act(() => first.result.current.forget());
    expect(open().result.current.value).toBe("as loaded");
  });

  it("outlives the end of a session, but neither signing out nor another person", () => {
    type(open(), "half a thought");
    act(() => session.expire("token-1"));
    act(() => signedIn());
    expect(open().result.current.value).toBe("half a thought");

    act(() => session.start(grant("token-2", { ...OWNER, id: "u2" })));
    expect(open().result.current.value).toBe("as loaded");
    type(open(), "of the other");
    act(() => session.end());
    expect(sessionStorage.length).toBe(0);
  });

  it("that cannot be read, or cannot be kept, breaks nothing", () => {
    type(open(), "x");
    sessionStorage.setItem(Object.keys(sessionStorage)[0] as string, "{");
    expect(open().result.current.value).toBe("as loaded");

    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    const page = open();
    type(page, "still typed");
    expect(page.result.current.value).toBe("still typed");
  });
});
