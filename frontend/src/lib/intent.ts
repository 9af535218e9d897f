/**
 * What somebody wants done once. Every request with an effect carries an `Idempotency-Key`: the same for the same
 * content until the server has answered for good, so that a lost answer and another click double nothing.
 */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { isPassing, Problem } from "./problem";

/** Seconds that an automatic retry is willing to wait. */
const PATIENCE = 5;

type Outcome<Input, Output> = {
  /** By which others tell that it is under way. */
  mutationKey?: readonly unknown[];
  /** One of this name begins once the one before it is over. */
  queue?: string;
  /** Shows what is expected to come of it; answers with how to take that back when it fails. */
  expect?: (input: Input) => Promise<(() => void) | undefined>;
  onSuccess?: (output: Output, input: Input) => unknown;
  onSettled?: () => unknown;
};

/** A mutation whose request carries a key. It is tried thrice more by itself as long as its fate is unknown. */
export function useIntent<Input, Output>(
  send: (input: Input, idempotencyKey: string) => Promise<Output>,
  { mutationKey, queue, expect, onSuccess, onSettled }: Outcome<Input, Output> = {},
) {
  const [keys] = useState(intentKeys);
  return useMutation({
    ...(mutationKey && { mutationKey }),
    ...(queue && { scope: { id: queue } }),
    mutationFn: (input: Input) => keys.once(input, (key) => send(input, key)),
    retry: (failures, error) => failures < 3 && isPassing(error) && waitBefore(failures, error) <= PATIENCE,
    retryDelay: (failures, error) => waitBefore(failures, error) * 1_000,
    onMutate: (input) => expect?.(input),
    onError: (_error, _input, takeBack) => takeBack?.(),
    onSuccess: (output, input) => onSuccess?.(output, input),
    onSettled: () => onSettled?.(),
  });
}

/** Seconds. A twin that still runs mostly ends long before the time that the server names. */
function waitBefore(failures: number, error: Error): number {
  const told = error instanceof Problem ? error.retryAfter : undefined;
  if (told === undefined) return 0.5 * 2 ** failures;
  return error instanceof Problem && error.status === 409 ? Math.min(told, PATIENCE) : told;
}

export function intentKeys() {
  const open = new Map<string, string>();
  return {
    /** Runs `send` with the key of `content`, and forgets the key once the outcome is certain. */
    async once<T>(content: unknown, send: (key: string) => Promise<T>): Promise<T> {
      const name = JSON.stringify(content) ?? "";
      const key = open.get(name) ?? crypto.randomUUID();
      open.set(name, key);
      try {
        const output = await send(key);
        open.delete(name);
        return output;
      } catch (error) {
        if (isFinal(error)) open.delete(name);
        throw error;
      }
    },
  };
}

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
