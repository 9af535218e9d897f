import { useState } from "react";
import { faultsByField } from "./problem";

/** What the server has refused of `wire`, by field, as long as that has not been changed since. */
export function useRefusal<Wire extends object>(error: unknown, wire: Wire): Record<string, string> {
  const [refused, setRefused] = useState({ error, wire });
  if (refused.error !== error) setRefused({ error, wire });
  return Object.fromEntries(
    Object.entries(faultsByField(refused.error)).filter(([path]) => {
      const field = path.split(".")[0] as keyof Wire;
      return JSON.stringify(wire[field]) === JSON.stringify(refused.wire[field]);
    }),
  );
}
