/**
 * What somebody has typed and not yet saved, kept in the tab's own storage, so that neither a reload nor an error loses
 * it. Drafts belong to a person: they go when that person signs out, or another one comes in.
 */
import { useState } from "react";
import { session, userOf } from "./session";

const PREFIX = "mini-crm-draft:";

export type KeptDraft<T> = {
  name: string;
  value: T;
  /** Whether it is from before: of a former visit to the page, or of the page before a reload. */
  restored: boolean;
  change: (next: T) => void;
  /** Takes it out of the storage; the value on the page stays. */
  forget: () => void;
};

/** A state that outlives the page. `name` includes the version of the shape of `T`. */
export function useDraft<T>(name: string, initial: () => T): KeptDraft<T> {
  const [key] = useState(() => keyOf(name));
  const [kept] = useState(() => read<T>(key));
  const [value, setValue] = useState<T>(() => kept ?? initial());
  return {
    name,
    value,
    restored: kept !== undefined,
    change(next) {
      setValue(next);
      write(key, next);
    },
    forget: () => attempt(() => sessionStorage.removeItem(key)),
  };
}

export function forgetDraft(name: string): void {
  attempt(() => sessionStorage.removeItem(keyOf(name)));
}

/** Keys under which a draft was sent, as long as nobody knows what has become of it. */
export type KeptKeys = ReturnType<typeof keptKeys>;

export function keptKeys(draft: string) {
  const at = keyOf(`${draft}/keys`);
  const all = () => new Map(read<[content: string, key: string][]>(at));
  function keep(keys: Map<string, string>) {
    if (keys.size > 0) write(at, [...keys]);
    else attempt(() => sessionStorage.removeItem(at));
  }
  return {
    read: all,
    set: (content: string, key: string) => keep(all().set(content, key)),
    drop(content: string) {
      const keys = all();
      if (keys.delete(content)) keep(keys);
    },
  };
}

/** Leaves the drafts of this person alone; without one, none. */
export function keepDraftsOf(userId: string | undefined): void {
  attempt(() => {
    for (const key of Object.keys(sessionStorage)) {
      if (!key.startsWith(PREFIX)) continue;
      if (userId === undefined || !key.startsWith(`${PREFIX}${userId}:`)) sessionStorage.removeItem(key);
    }
  });
}

function keyOf(name: string): string {
  return `${PREFIX}${userOf(session.get())?.id ?? ""}:${name}`;
}

function read<T>(key: string): T | undefined {
  return attempt(() => {
    const text = sessionStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  });
}

function write(key: string, value: unknown): void {
  attempt(() => sessionStorage.setItem(key, JSON.stringify(value)));
}

/** Where there is no storage, or it is full, a draft lives as long as its page. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
