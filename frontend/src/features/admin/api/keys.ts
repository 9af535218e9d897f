import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "@/lib/call";
import type { ApiKeyRequest } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { type SentDraft, useIntent } from "@/lib/intent";

const KEY = ["keys"];

export function useKeys() {
  return useCursorList(KEY, "GET /api/keys");
}

export function useCreateKey(draft: SentDraft) {
  const queryClient = useQueryClient();
  return useIntent(
    (wanted: ApiKeyRequest, idempotencyKey) => call("POST /api/keys", { body: wanted, idempotencyKey }),
    { draft, onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }) },
  );
}

export function useRevokeKey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call("DELETE /api/keys/{id}", { path: { id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}
