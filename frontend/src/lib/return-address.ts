/** Where to go after signing in: only ever an address of this app, whatever a link says. */

const SIGN_IN = "/sign-in";

/** The sign-in page's address, which remembers where the visitor wanted to go. */
export function signInAddress(wanted: { pathname: string; search: string; hash: string }): string {
  const address = wanted.pathname + wanted.search + wanted.hash;
  return address === "/" ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(address)}`;
}

/** Where `?next=` leads, or the start when that is elsewhere. */
export function returnAddress(params: URLSearchParams): string {
  const next = params.get("next") ?? "";
  const own = "https://own.invalid";
  const url = URL.canParse(next, own) ? new URL(next, own) : null;
  // The browser's own parser sees through `//host`, `/\host` and tabs; what it leaves may still begin with two slashes.
  if (!next.startsWith("/") || url?.origin !== own || /^\/[/\\]/.test(url.pathname)) return "/";
  return url.pathname === SIGN_IN ? "/" : url.pathname + url.search + url.hash;
}
