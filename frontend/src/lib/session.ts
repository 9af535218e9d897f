/**
 * Who is signed in. The token lives in memory and in this tab's sessionStorage, so that a reload keeps it and closing
 * the tab ends it.
 */
import { useSyncExternalStore } from "react";
import type { User } from "./contract";

export type Session = {
  token: string | null;
  user: User | null;
  /** The server refused the token while a page was open: ask again on top of that page. */
  expired: boolean;
};

const KEY = "mini-crm-session";
const NOBODY: Session = { token: null, user: null, expired: false };

let current: Session = restore();
const listeners = new Set<() => void>();

export const session = {
  get: (): Session => current,

  start(token: string, user: User): void {
    set({ token, user, expired: false });
  },

  /** Ends the session that `token` stands for; an answer to an older token does not end a newer session. */
  expire(token: string | null): void {
    if (token !== null && token === current.token) set({ token: null, user: current.user, expired: true });
  },

  end(): void {
    set(NOBODY);
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, session.get);
}

function set(next: Session): void {
  current = next;
  try {
    if (next.token) sessionStorage.setItem(KEY, JSON.stringify({ token: next.token, user: next.user }));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden; memory is enough until the next reload.
  }
  for (const listener of listeners) listener();
}

function restore(): Session {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (typeof kept?.token === "string")
      return { token: kept.token, user: kept.user ?? null, expired: false };
  } catch {
    // A damaged entry is the same as none.
  }
  return NOBODY;
}
