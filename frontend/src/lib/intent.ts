/**
 * What somebody wants done once. Every request with an effect carries an `Idempotency-Key`: the same for the same
 * content until the server has answered for good, so that a lost answer and another click double nothing. Keys of what was
 * sent from a draft outlive the page, as the draft does.
 */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type KeptDraft, type KeptKeys, keptKeys } from "./draft";
import { isPassing, Problem } from "./problem";

/** Seconds that an automatic retry is willing to wait. */
const PATIENCE = 5;

/** A draft as far as what is sent from it has to know it. */
export type SentDraft = Pick<KeptDraft<unknown>, "name" | "forget">;

type Outcome<Input, Output> = {
  /** By which others tell that it is under way. */
  mutationKey?: readonly unknown[];
  /** One of this name begins once the one before it is over. */
  queue?: string;
  /** What is sent is from this draft, which is forgotten once that is done, wherever one is by then. */
  draft?: SentDraft | undefined;
  /** What somebody has before them as they ask. Once that is another, the same input is another wish. */
  seen?: (input: Input) => unknown;
  /** Shows what is expected to come of it; answers with how to take that back when it fails. */
  expect?: (input: Input) => Promise<(() => void) | undefined>;
  onSuccess?: (output: Output, input: Input) => unknown;
  onSettled?: () => unknown;
};

/** A mutation whose request carries a key. It is tried thrice more by itself as long as its fate is unknown. */
export function useIntent<Input, Output>(
  send: (input: Input, idempotencyKey: string) => Promise<Output>,
  { mutationKey, queue, draft, seen, expect, onSuccess, onSettled }: Outcome<Input, Output> = {},
) {
  const [keys] = useState(() => intentKeys(draft && keptKeys(draft.name)));
  return useMutation({
    ...(mutationKey && { mutationKey }),
    ...(queue && { scope: { id: queue } }),
    mutationFn: (input: Input) => keys.once(input, (key) => send(input, key)),
    retry: (failures, error) => failures < 3 && isPassing(error) && waitBefore(failures, error) <= PATIENCE,
    retryDelay: (failures, error) => waitBefore(failures, error) * 1_000,
    onMutate(input) {
      keys.begin(input, seen?.(input));
      return expect?.(input);
    },
    onError: (_error, _input, takeBack) => takeBack?.(),
    onSuccess(output, input) {
      keys.dropOthers();
      draft?.forget();
      return onSuccess?.(output, input);
    },
    onSettled(_output, _error, input) {
      keys.end(input);
      return onSettled?.();
    },
  });
}

/** Seconds. A twin that still runs mostly ends long before the time that the server names. */
function waitBefore(failures: number, error: Error): number {
  const told = error instanceof Problem ? error.retryAfter : undefined;
  if (told === undefined) return 0.5 * 2 ** failures;
  return error instanceof Problem && error.status === 409 ? Math.min(told, PATIENCE) : told;
}

export function intentKeys(kept?: KeptKeys) {
  const open = new Map(kept?.read());
  /** What is tried, or waits to be tried again, under which names. */
  const underWay = new Map<string, string>();

  function set(name: string, key: string) {
    open.set(name, key);
    kept?.set(name, key);
  }
  function drop(name: string) {
    open.delete(name);
    kept?.drop(name);
  }

  return {
    begin: (content: unknown, seen: unknown) =>
      underWay.set(nameOf(content), seen === undefined ? nameOf(content) : nameOf([content, seen])),
    end: (content: unknown) => underWay.delete(nameOf(content)),

    /** Something has been done: what was left open before would be done after it now, and is another wish. */
    dropOthers() {
      const names = new Set(underWay.values());
      for (const name of open.keys()) if (!names.has(name)) drop(name);
    },

    /** Runs `send` with the key of `content`, and forgets the key once the outcome is certain. */
    async once<T>(content: unknown, send: (key: string) => Promise<T>): Promise<T> {
      const name = underWay.get(nameOf(content)) ?? nameOf(content);
      const key = open.get(name) ?? crypto.randomUUID();
      set(name, key);
      try {
        const output = await send(key);
        drop(name);
        return output;
      } catch (error) {
        if (isFinal(error)) drop(name);
        throw error;
      }
    },
  };
}

const nameOf = (content: unknown) => JSON.stringify(content) ?? "";

/** The server has refused, so nothing was done, and the same content may be welcome later. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof Problem &&
    error.status >= 400 &&
    error.status < 500 &&
    error.status !== 401 &&
    !isPassing(error)
  );
}
