import { useQuery } from "@tanstack/react-query";
import type { AppConfig } from "@/lib/contract";
import { exchange, readJson } from "@/lib/http";
import { isPassing } from "@/lib/problem";

/** What this deployment lets people sign in with. */
export function useAppConfig() {
  return useQuery({ queryKey: ["config"], queryFn: ({ signal }) => loadConfig(signal), staleTime: 300_000 });
}

/** A deployment without the file, or with a page in its place, offers nothing. */
async function loadConfig(signal: AbortSignal): Promise<AppConfig> {
  const config = await exchange("/config.json", { signal })
    .then(readJson<Partial<AppConfig> | undefined>)
    .catch((error: unknown) => {
      if (signal.aborted || isPassing(error)) throw error;
      return undefined;
    });
  return {
    googleClientId: typeof config?.googleClientId === "string" ? config.googleClientId : "",
    localIdentity: config?.localIdentity === true,
  };
}
