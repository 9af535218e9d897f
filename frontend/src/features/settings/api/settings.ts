import { useMutation, useQueryClient } from "@tanstack/react-query";
import { callTagged } from "@/lib/call";
import type { SettingsChange } from "@/lib/contract";
import { settingsQuery } from "@/lib/settings";

/** Changes what is set, if that is still what `etag` names. */
export function useChangeSettings() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { change: SettingsChange; etag: string | null }) =>
      callTagged("PATCH /api/settings", { body: change, ifMatch: etag }),
    onSuccess: (changed) => queryClient.setQueryData(settingsQuery.queryKey, changed),
  });
}
