/** What somebody has chosen on a page, kept in its address: a reload, a way back and a link that is passed on find it again. */
import { useRef } from "react";
import { useSearchParams } from "react-router";

/** What stands there when the address says nothing: a text, or one of a few words. */
type Known = Record<string, { or: string; of?: readonly string[] }>;

/** A choice of a few is one of them; anything else is a text. */
type Chosen<K extends Known> = {
  [Name in keyof K]: K[Name] extends { of: readonly (infer Word extends string)[] } ? Word : string;
};

/**
 * Reads `known` parameters of the address and changes several at once. The entry of the history is replaced, since a choice
 * is no step that somebody wants to go back over; what is as if nothing had been said is left out of the address.
 */
export function useInAddress<const K extends Known>(
  known: K,
): [Chosen<K>, (change: Partial<Chosen<K>>) => void] {
  const [params, setParams] = useSearchParams();
  const chosen = Object.fromEntries(
    Object.entries(known).map(([name, { or, of }]) => {
      const said = params.get(name);
      return [name, said !== null && (!of || of.includes(said)) ? said : or];
    }),
  ) as Chosen<K>;

  // Two changes may come in one moment, before anything is rendered again.
  const latest = useRef(params);
  latest.current = params;

  function change(to: Partial<Chosen<K>>): void {
    const next = new URLSearchParams(latest.current);
    for (const [name, value] of Object.entries<string | undefined>(to)) {
      if (value === undefined || value === known[name]?.or) next.delete(name);
      else next.set(name, value);
    }
    latest.current = next;
    setParams(next, { replace: true });
  }
  return [chosen, change];
}
