import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "@/lib/call";
import type { Invitation, UserChange } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { type SentDraft, useIntent } from "@/lib/intent";

const KEY = ["users"];

export function useUsers() {
  return useCursorList(KEY, "GET /api/users");
}

export function useInviteUser(draft?: SentDraft) {
  const queryClient = useQueryClient();
  return useIntent(
    (invitation: Invitation, idempotencyKey) => call("POST /api/users", { body: invitation, idempotencyKey }),
    { draft, onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }) },
  );
}

export function useChangeUser() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: UserChange }) =>
      call("PATCH /api/users/{id}", { path: { id }, body: change }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

export function useWithdrawInvitation() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call("DELETE /api/users/{id}", { path: { id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}
