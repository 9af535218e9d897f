/** What is done to many customers at once: some who are named, or all whom a filter matches. */
import { useQueryClient } from "@tanstack/react-query";
import { call } from "@/lib/call";
import type { TagChange } from "@/lib/contract";
import { useIntent } from "@/lib/intent";
import { refreshSoon } from "@/lib/refresh-soon";
import { type Audience, rulesOf } from "../components/filter";

export type Tags = { added: readonly string[]; removed: readonly string[] };

/** Most customers that the API takes in one request. */
const MOST = 500;

/** Tags of customers by their ids; answers with what really changes. */
export function useTagCustomers() {
  const client = useQueryClient();
  return useIntent(
    async ({ ids, tags }: { ids: readonly string[]; tags: Tags }, idempotencyKey) => {
      const changes: TagChange[] = [];
      for (let from = 0; from < ids.length; from += MOST) {
        const some = ids.slice(from, from + MOST);
        changes.push(...(await tag(some, tags, `${idempotencyKey}-${from}`)));
      }
      return changes;
    },
    { onSettled: () => refreshSoon(client, ["customers"]) },
  );
}

/** Takes back, of just those whom it changed, what a tagging has changed. */
export function useUntag() {
  const client = useQueryClient();
  return useIntent(
    async (changes: readonly TagChange[], idempotencyKey) => {
      for (const [index, { ids, tagsAdded, tagsRemoved }] of changes.entries()) {
        await tag(ids, { added: tagsRemoved, removed: tagsAdded }, `${idempotencyKey}-${index}`);
      }
    },
    { onSettled: () => refreshSoon(client, ["customers"]) },
  );
}

/** Tags of everybody in an audience, by the server. */
export function useTagAudience() {
  const client = useQueryClient();
  return useIntent(
    ({ audience, tags }: { audience: Audience; tags: Tags }, idempotencyKey) => {
      const change = bodyOf(tags);
      if (audience.by === "segment") {
        const path = { id: audience.segment };
        return call("POST /api/segments/{id}/edit", { path, body: change, idempotencyKey });
      }
      const rules = rulesOf(audience);
      if (!rules) throw new Error("what a search finds has no rules");
      return call("POST /api/customers/edit", { body: { rules, ...change }, idempotencyKey });
    },
    { onSettled: () => refreshSoon(client, ["customers"]) },
  );
}

async function tag(ids: readonly string[], tags: Tags, idempotencyKey: string): Promise<TagChange[]> {
  const body = { ids: [...ids], ...bodyOf(tags) };
  return (await call("POST /api/customers/tags", { body, idempotencyKey })).changes;
}

function bodyOf({ added, removed }: Tags) {
  return {
    ...(added.length > 0 && { tagsAdded: [...added] }),
    ...(removed.length > 0 && { tagsRemoved: [...removed] }),
  };
}
