import { useEffect, useRef } from "react";

/**
 * For a form: to its first field that has to be put right, whether the form or the server says so. Once for each attempt,
 * which `tried` counts, and for each answer.
 */
export function useGoToFault(tried: number, error: unknown) {
  const form = useRef<HTMLFormElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each attempt and each answer
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [tried, error]);
  return form;
}
