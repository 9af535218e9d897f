/**
 * Keeps the session alive while somebody looks at the app: asks for it at the start, renews its token in time, follows
 * the other tabs. A tab that nobody sees does not renew, so that a forgotten one does not stay signed in for ever.
 */
import { renew, tabs } from "./auth";
import { session } from "./session";

/** How long to wait after the server could not be reached. */
const RETRY = 10_000;

/** Begins, and gives the way to stop. */
export function keepSession(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function plan(delay: number) {
    clearTimeout(timer);
    timer = setTimeout(check, Math.max(delay, 0));
  }

  function check() {
    const now = session.get();
    if (now.phase === "starting" || now.phase === "unreachable") return attempt();
    if (now.phase !== "in" || document.visibilityState === "hidden") return;
    if (Date.now() >= now.renewAt) attempt();
    else plan(now.renewAt - Date.now());
  }

  function attempt() {
    renew().catch(() => plan(RETRY));
  }

  function follow() {
    const now = session.get();
    if (now.phase === "in") plan(now.renewAt - Date.now());
    // Also after an attempt that somebody has made by hand.
    else if (now.phase === "unreachable") plan(RETRY);
    else clearTimeout(timer);
  }

  function hear({ data }: MessageEvent) {
    const { phase } = session.get();
    if (data === "out") session.end();
    if (data === "in" && (phase === "out" || phase === "ended")) void renew().catch(() => undefined);
  }

  const unsubscribe = session.subscribe(follow);
  tabs.addEventListener("message", hear);
  // Timers stand still while the machine sleeps.
  document.addEventListener("visibilitychange", check);
  window.addEventListener("online", check);
  check();
  return () => {
    clearTimeout(timer);
    unsubscribe();
    tabs.removeEventListener("message", hear);
    document.removeEventListener("visibilitychange", check);
    window.removeEventListener("online", check);
  };
}
