import { queryOptions, useIsMutating, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, callTagged } from "@/lib/call";
import type { Campaign, Message } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";
import { liveList } from "@/lib/live";
import { isGone } from "@/lib/problem";

const OVER: readonly Campaign["status"][] = ["sent", "cancelled", "failed"];

export type CampaignAction = "pause" | "resume" | "cancel";

/** From which states the server takes an action. */
const TAKEN: Record<CampaignAction, readonly Campaign["status"][]> = {
  pause: ["sending"],
  resume: ["paused", "failed"],
  cancel: ["scheduled", "sending", "paused", "failed"],
};

export const isTaken = (action: CampaignAction, { status }: Campaign) => TAKEN[action].includes(status);
export const isDraft = ({ status }: Campaign) => status === "draft";
export const isOver = ({ status }: Pick<Campaign, "status">) => OVER.includes(status);

/** Receipts still come in for a while after the last message has gone; to a draft nothing happens by itself. */
function interval(campaign: Campaign): number | false {
  if (isDraft(campaign)) return false;
  return isOver(campaign) ? 10_000 : 1_500;
}

export function useCampaigns() {
  return useCursorList(["campaigns"], "GET /api/campaigns", {
    refetchInterval: (campaigns, pages) => {
      if (campaigns.every((campaign) => isOver(campaign) || isDraft(campaign))) return liveList(campaigns);
      return pages > 2 ? 15_000 : 3_000;
    },
  });
}

const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", id],
    queryFn: ({ signal }) => callTagged("GET /api/campaigns/{id}", { path: { id }, signal }),
  });

/** A campaign with the tag that a change has to name. */
export function useCampaign(id: string) {
  // An answer from before an action would undo for a moment what is expected of it.
  const isActing = useIsMutating({ mutationKey: actionOn(id) }) > 0;
  return useQuery({
    ...campaignQuery(id),
    refetchInterval: ({ state: { data, error } }) =>
      data && !isActing && !isGone(error) ? interval(data.data) : false,
  });
}

/** What the log is narrowed down to by the server; a part that is absent narrows nothing. */
export type LogFilter = {
  status?: Message["status"];
  /** The place of a variant. */
  variant?: string;
  /** A whole address. */
  email?: string;
};

/** The log. Its first pages stay fresh while the campaign is under way; long scrolls and searches are left in peace. */
export function useMessages(campaign: Campaign, filter: LogFilter) {
  return useCursorList(["campaigns", campaign.id, "messages"], "GET /api/campaigns/{id}/messages", {
    path: { id: campaign.id },
    query: filter,
    refetchInterval: (messages, pages) => {
      const pace = interval(campaign);
      return pace === false || messages.length > 100 || pages > 2 ? false : pace * 2;
    },
  });
}

/** Why somebody got it, or did not; nothing is asked about nobody. */
export function useWhy(id: string, email: string) {
  return useQuery({
    queryKey: ["campaigns", id, "why", email],
    queryFn: ({ signal }) => call("GET /api/campaigns/{id}/why", { path: { id }, query: { email }, signal }),
    enabled: email !== "",
    staleTime: 0,
    retry: false,
  });
}

const actionOn = (id: string) => ["campaigns", id, "action"];

/** Pausing and resuming show at once; a cancelled campaign is shown once it is one, since that cannot be undone. */
const EXPECTED: Partial<Record<CampaignAction, Campaign["status"]>> = { pause: "paused", resume: "sending" };

export function useCampaignAction(id: string) {
  const queryClient = useQueryClient();
  const { queryKey } = campaignQuery(id);
  const show = (status: Campaign["status"]) =>
    queryClient.setQueryData(queryKey, (kept) => kept && { ...kept, data: { ...kept.data, status } });
  return useIntent(
    (action: CampaignAction, idempotencyKey) =>
      call(`POST /api/campaigns/{id}/${action}`, { path: { id }, idempotencyKey }),
    {
      mutationKey: actionOn(id),
      // Who pauses and at once resumes gets both, in this order.
      queue: actionOn(id).join("/"),
      // Paused by an answer that was lost, and resumed by somebody else: the next pause is another one.
      seen: () => queryClient.getQueryData(queryKey)?.etag,
      async expect(action) {
        const expected = EXPECTED[action];
        if (!expected) return undefined;
        await queryClient.cancelQueries({ queryKey, exact: true });
        const before = queryClient.getQueryData(queryKey)?.data.status;
        show(expected);
        return before && (() => void show(before));
      },
      // While another one waits, the answer would be of before it.
      onSettled: () =>
        queryClient.isMutating({ mutationKey: actionOn(id) }) === 1
          ? queryClient.invalidateQueries({ queryKey: ["campaigns"] })
          : undefined,
    },
  );
}
