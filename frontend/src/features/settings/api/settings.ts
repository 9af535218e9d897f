import { useMutation, useQueryClient } from "@tanstack/react-query";
import { callTagged } from "@/lib/call";
import type { SettingsChange } from "@/lib/contract";
import type { SentDraft } from "@/lib/intent";
import { settingsQuery } from "@/lib/settings";

/** Changes what is set, if that is still what `etag` names. The form is done with then, wherever one is. */
export function useChangeSettings(draft: Pick<SentDraft, "forget">) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { change: SettingsChange; etag: string | null }) =>
      callTagged("PATCH /api/settings", { body: change, ifMatch: etag }),
    onSuccess: (changed) => {
      draft.forget();
      queryClient.setQueryData(settingsQuery.queryKey, changed);
    },
  });
}
