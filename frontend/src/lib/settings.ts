import { queryOptions, useQuery } from "@tanstack/react-query";
import { callTagged } from "./call";

/** What is set for everybody, with its tag. */
export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => callTagged("GET /api/settings", { signal }),
  // A form is filled from it once, so it is asked for anew each time.
  staleTime: 0,
});

export function useSettings() {
  return useQuery(settingsQuery);
}
