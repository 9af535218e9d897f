/**
 * Who is signed in, as this tab knows it. The access token lives in memory alone, where no other page and no later visit
 * finds it; what outlasts a reload is the server's cookie, which no script can read (see `auth.ts`).
 */
import { useSyncExternalStore } from "react";
import type { Grant, User } from "./contract";
import type { Problem } from "./problem";

export type Session =
  /** The server has not said yet whether somebody is signed in. */
  | { phase: "starting" }
  /** The server could not be asked. */
  | { phase: "unreachable"; problem: Problem }
  /** Nobody is signed in; `left` when somebody has just signed out. */
  | { phase: "out"; left: boolean }
  /** Times are milliseconds of this machine's clock. */
  | { phase: "in"; user: User; token: string; renewAt: number; expiresAt: number }
  /** The session has ended while a page was open: ask again on top of that page. */
  | { phase: "ended"; user: User };

const SECOND = 1_000;
/** How long before its end a token is renewed. */
const AHEAD = 60 * SECOND;
/** Bounds for a server whose clock or answer is off: never renew more often, never count on a shorter life. */
const SHORTEST = 30 * SECOND;
const UNTOLD = 300 * SECOND;

let current: Session = { phase: "starting" };
const listeners = new Set<() => void>();

export const session = {
  get: (): Session => current,

  /**
   * Somebody is signed in. The token's life is counted by the server's clock from the moment of its answer, so that a
   * wrong clock on this machine neither renews all the time nor too late.
   */
  start(grant: Grant, answeredAt = Date.now()): void {
    const life = Math.max(Date.parse(grant.expiresAt) - answeredAt, SHORTEST) || UNTOLD;
    const now = Date.now();
    set({
      phase: "in",
      user: grant.user,
      token: grant.token,
      renewAt: now + Math.max(life - AHEAD, SHORTEST),
      expiresAt: now + life,
    });
  },

  /** The server refuses `token`; an answer to an older token does not end a newer session. */
  expire(token: string): void {
    if (current.phase === "in" && current.token === token) set({ phase: "ended", user: current.user });
  },

  /** The server knows of no session. */
  lapse(): void {
    if (current.phase === "in") set({ phase: "ended", user: current.user });
    else if (current.phase === "starting" || current.phase === "unreachable")
      set({ phase: "out", left: false });
  },

  /** The server could not be asked, which matters only as long as it has never answered. */
  miss(problem: Problem): void {
    if (current.phase === "starting" || current.phase === "unreachable")
      set({ phase: "unreachable", problem });
  },

  /** Somebody has signed out, here or in another tab. */
  end(): void {
    set({ phase: "out", left: true });
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** Who is signed in, or was until the session ended under the open page. */
export function userOf(of: Session): User | null {
  return of.phase === "in" || of.phase === "ended" ? of.user : null;
}

function set(next: Session): void {
  current = next;
  for (const listener of listeners) listener();
}
