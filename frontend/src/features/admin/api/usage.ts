import { t } from "@lingui/core/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call } from "@/lib/call";

/** How many days are shown; the server keeps more than a month of them, and shows no more. */
export type Days = "7" | "31";

/** What was asked of the model, newest day first. */
export function useUsage(days: Days) {
  return useQuery({
    queryKey: ["ai", "usage", days],
    queryFn: ({ signal }) => call("GET /api/ai/usage", { query: { days }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
    refetchIntervalInBackground: false,
  });
}

/** As many as the server gives at once; who is not among them is shown by id. */
const MOST = 100;

/** Names of those who ask: users by id, integrations as `keys/ID`. */
export function useAskers(): (user: string) => string {
  const users = useQuery({
    queryKey: ["users", "names"],
    queryFn: ({ signal }) => call("GET /api/users", { query: { limit: MOST }, signal }),
    staleTime: 60_000,
  });
  const keys = useQuery({
    queryKey: ["keys", "names"],
    queryFn: ({ signal }) => call("GET /api/keys", { query: { limit: MOST }, signal }),
    staleTime: 60_000,
  });
  const names = new Map([
    ...(users.data?.items ?? []).map(({ id, email }) => [id, email] as const),
    ...(keys.data?.items ?? []).map(({ id, name }) => [`keys/${id}`, t`API key ${name}`] as const),
  ]);
  return (user) => names.get(user) ?? user;
}
