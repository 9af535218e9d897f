import { useEffect, useLayoutEffect, useRef } from "react";
import { useLocation, useNavigationType } from "react-router";

const KEY = "mini-crm-scroll";

/** The way back leads to where one was on a page; another page begins at its top. Lasts as long as the tab. */
export function useScrollMemory(): void {
  const { pathname, hash, key: given } = useLocation();
  // The browser's own entries have no key: where somebody has come in, and the links within a page.
  const key = given === "default" ? pathname + hash : given;
  const navigation = useNavigationType();
  const places = useRef<Record<string, number>>(undefined);
  const now = useRef({ key, pathname: "" });

  useEffect(() => {
    window.history.scrollRestoration = "manual";
    const note = () => {
      if (places.current) places.current[now.current.key] = window.scrollY;
    };
    const keep = () => {
      try {
        sessionStorage.setItem(KEY, JSON.stringify(places.current));
      } catch {
        // Then a reload begins at the top.
      }
    };
    window.addEventListener("scroll", note, { passive: true });
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("scroll", note);
      window.removeEventListener("pagehide", keep);
    };
  }, []);

  useLayoutEffect(() => {
    places.current ??= kept();
    const elsewhere = pathname !== now.current.pathname;
    now.current = { key, pathname };
    const before = navigation === "POP" ? places.current[key] : undefined;
    if (before !== undefined) window.scrollTo(0, before);
    else if (elsewhere && !hash) window.scrollTo(0, 0);
    // Also of who does not scroll from here on.
    places.current[key] = window.scrollY;
  }, [key, pathname, hash, navigation]);
}

function kept(): Record<string, number> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Record<string, number>;
  } catch {
    return {};
  }
}
