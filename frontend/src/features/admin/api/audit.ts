import type { AuditEntry } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";

/**
 * Whose changes (by id), of what (by path, or by the kind of thing), and of which days, both included. Empty words ask
 * for everything.
 */
export type AuditFilter = { actor: string; object: string; kind: string; since: string; until: string };

/** The server does not know kinds: see `isOfKind`. */
export function useAudit({ actor, object, since, until }: AuditFilter) {
  return useCursorList(["audit"], "GET /api/audit", {
    query: {
      actor: actor || undefined,
      object: object || undefined,
      since: since || undefined,
      until: until ? dayAfter(until) : undefined,
    },
  });
}

export const isOfKind = ({ object }: AuditEntry, kind: string): boolean =>
  kind === "" || object.split("/")[0] === kind;

/** The server's end is a moment: the beginning of the next day. What is no day it may refuse. */
function dayAfter(day: string): string {
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) ? day : new Date(time + 86_400_000).toISOString().slice(0, 10);
}
