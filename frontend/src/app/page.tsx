/** Pages that are loaded when somebody goes there, together with their text. The page before stays on screen meanwhile. */
import { type ComponentType, type ReactNode, use, useSyncExternalStore } from "react";
import { type Feature, loadMessages } from "@/lib/i18n";

type PageModule = { Component: ComponentType<{ children?: ReactNode }> };

let loading = 0;
const listeners = new Set<() => void>();
const failed = new Set<() => void>();

/** A page with the messages of `feature`; both are fetched at once, and only once. */
export function page(feature: Feature, load: () => Promise<PageModule>): ComponentType {
  let loaded: Promise<PageModule> | undefined;
  const forget = () => {
    loaded = undefined;
  };

  async function fetch(): Promise<PageModule> {
    count(1);
    try {
      const [module] = await Promise.all([load(), loadMessages(feature)]);
      return module;
    } catch (error) {
      failed.add(forget);
      throw error;
    } finally {
      count(-1);
    }
  }

  // biome-ignore lint/correctness/noComponentHookFactories: routes are made once, not while rendering
  return function LoadedPage() {
    loaded ??= fetch();
    const { Component } = use(loaded);
    return <Component />;
  };
}

/** Lets pages be fetched again that could not be. */
export function forgetFailures(): void {
  for (const forget of failed) forget();
  failed.clear();
}

/** Whether a page is under way. */
export function useIsLoading(): boolean {
  return useSyncExternalStore(subscribe, () => loading > 0);
}

function count(change: 1 | -1): void {
  loading += change;
  // Not while React renders: the first use of a page is within its rendering.
  queueMicrotask(() => {
    for (const listener of listeners) listener();
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
