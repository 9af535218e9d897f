import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";

const PATH = "/api/keys";
const KEY = ["keys"];

export type Scope = "ingest" | "read";

export type ApiKey = {
  id: string;
  name: string;
  scopes: Scope[];
  createdBy: string;
  createdAt: string;
  expiresAt?: string | null;
  revokedAt?: string | null;
  lastUsedAt?: string | null;
  /** The key itself: told when it is created, and never again. */
  key?: string | null;
};

/** `expiresAt` may be a plain day, at the beginning of which (UTC) the key ends. */
export type ApiKeyRequest = { name: string; scopes: Scope[]; expiresAt?: string };

export function useKeys() {
  return useCursorList<ApiKey>(KEY, PATH);
}

export function useCreateKey() {
  const queryClient = useQueryClient();
  return useIntent(
    (wanted: ApiKeyRequest, idempotencyKey) =>
      request<ApiKey>(PATH, { method: "POST", body: wanted, idempotencyKey }),
    { onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }) },
  );
}

export function useRevokeKey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<void>(`${PATH}/${encodeURIComponent(id)}`, { method: "DELETE" }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}
