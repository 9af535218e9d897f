import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api";
import type { Role, User } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";

const PATH = "/api/users";
const KEY = ["users"];
const userPath = (id: string) => `${PATH}/${encodeURIComponent(id)}`;

/** A user as administration sees them; who is invited has not come yet. */
export type Colleague = User & {
  status: "active" | "disabled" | "invited";
  createdAt: string;
  lastSignInAt?: string | null;
};

export type Invitation = { email: string; role: Role };
export type UserChange = { role?: Role; disabled?: boolean };

export function useUsers() {
  return useCursorList<Colleague>(KEY, PATH);
}

export function useInviteUser() {
  const queryClient = useQueryClient();
  return useIntent(
    (invitation: Invitation, idempotencyKey) =>
      request<Colleague>(PATH, { method: "POST", body: invitation, idempotencyKey }),
    { onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }) },
  );
}

export function useChangeUser() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: UserChange }) =>
      request<Colleague>(userPath(id), { method: "PATCH", body: change }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}

export function useWithdrawInvitation() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<void>(userPath(id), { method: "DELETE" }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}
