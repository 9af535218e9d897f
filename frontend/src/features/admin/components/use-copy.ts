import { useRef, useState } from "react";

/** Copies a text that stands in a box; where that is not allowed the text is selected, to be copied by hand. */
export function useCopy() {
  const box = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<"" | "done" | "failed">("");

  async function copy(text: string) {
    try {
      await navigator.clipboard.writeText(text);
      setCopied("done");
    } catch {
      // Not allowed, or no such thing.
      box.current?.select();
      setCopied("failed");
    }
  }

  return { box, copied, copy, forget: () => setCopied("") };
}
