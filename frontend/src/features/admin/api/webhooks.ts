import { type InfiniteData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, callTagged } from "@/lib/call";
import type { Delivery, Page, WebhookChange, WebhookRequest } from "@/lib/contract";
import { type SentDraft, useIntent } from "@/lib/intent";
import { LIVE, liveOne } from "@/lib/live";

const KEY = ["webhooks"];

/** All of them: there are never more than one page. */
export function useWebhooks() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call("GET /api/webhooks", { signal }),
    refetchInterval: LIVE,
  });
}

/** A webhook with the tag that a change of it has to name. */
export function useWebhook(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: ({ signal }) => callTagged("GET /api/webhooks/{id}", { path: { id }, signal }),
    refetchInterval: liveOne,
  });
}

export function useCreateWebhook(draft: SentDraft) {
  return useIntent(
    (wanted: WebhookRequest, idempotencyKey) => call("POST /api/webhooks", { body: wanted, idempotencyKey }),
    { draft, ...useLookAgain() },
  );
}

/** Changes a webhook, if it is still what `etag` names; answers with what names it then. What was changed in a form is forgotten there. */
export function useChangeWebhook(id: string, draft?: Pick<SentDraft, "forget">) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { change: WebhookChange; etag: string | null }) =>
      callTagged("PATCH /api/webhooks/{id}", { path: { id }, body: change, ifMatch: etag }),
    onSuccess: (changed) => {
      draft?.forget();
      queryClient.setQueryData([...KEY, id], changed);
      return queryClient.invalidateQueries({ queryKey: KEY });
    },
  });
}

export function useDeleteWebhook(id: string) {
  return useMutation({
    mutationFn: (etag: string | null) => call("DELETE /api/webhooks/{id}", { path: { id }, ifMatch: etag }),
  });
}

/** Drops all that is loaded of one that is gone, and lets the list be loaded again. */
export function useForgetWebhook() {
  const queryClient = useQueryClient();
  return (id: string) => {
    queryClient.removeQueries({ queryKey: [...KEY, id] });
    void queryClient.invalidateQueries({ queryKey: KEY, exact: true });
  };
}

/** Looks at the secret. Each look is in the audit log, so it is done on demand, and what it brings is kept nowhere. */
export function useSecret(id: string) {
  return useMutation({
    mutationFn: () => call("GET /api/webhooks/{id}/secret", { path: { id } }),
    gcTime: 0,
  });
}

export function useRotateSecret(id: string) {
  return useIntent(
    (etag: string | null, idempotencyKey) =>
      call("POST /api/webhooks/{id}/rotate", { path: { id }, ifMatch: etag, idempotencyKey }),
    useLookAgain(),
  );
}

/**
 * Sends an event that tells of nothing. Answers with its delivery, which is in the log after the first attempt. Once
 * something else is at the top of the log, another test is another wish.
 */
export function useTestWebhook(id: string) {
  const queryClient = useQueryClient();
  const lookAgain = useLookAgain();
  const newest = () =>
    queryClient
      .getQueriesData<InfiniteData<Page<Delivery>>>({ queryKey: [...KEY, id, "deliveries", {}] })
      .map(([, log]) => log?.pages[0]?.items[0]?.id);
  return useIntent(
    (_: undefined, idempotencyKey) => call("POST /api/webhooks/{id}/test", { path: { id }, idempotencyKey }),
    { ...lookAgain, seen: newest },
  );
}

/** Webhooks are read again where they are shown, each with its deliveries. */
export function useLookAgain() {
  const queryClient = useQueryClient();
  return { onSuccess: () => void queryClient.invalidateQueries({ queryKey: KEY }) };
}
