import { useQuery } from "@tanstack/react-query";
import { call, callFile, callText } from "@/lib/call";
import type { ImportJob, ImportRequest, ImportTicket } from "@/lib/contract";
import { firstRows } from "@/lib/csv";
import { useCursorList } from "@/lib/cursor-list";
import { LIVE, liveList } from "@/lib/live";
import { isGone } from "@/lib/problem";

export const isRunning = (job: ImportJob) => job.status === "reading" || job.status === "applying";
export const isOver = (job: Pick<ImportJob, "status">) => job.status === "done" || job.status === "failed";

export function useImports() {
  return useCursorList(["imports"], "GET /api/imports", {
    refetchInterval: (jobs) => (jobs.some(isRunning) ? 2_000 : jobs.every(isOver) ? false : liveList(jobs)),
  });
}

/** So many looks, and a file that was sent has mostly been found. */
const SOON = 20;

/** One import, asked for every second until it is over; at leisure while its file does not come, which it may never do. */
export function useImport(id: string) {
  return useQuery({
    queryKey: ["imports", id],
    queryFn: ({ signal }) => call("GET /api/imports/{id}", { path: { id }, signal }),
    refetchInterval: ({ state: { data, error, dataUpdateCount } }) => {
      if (isGone(error) || (data && isOver(data))) return false;
      return data?.status === "waiting" && dataUpdateCount > SOON ? LIVE : 1_000;
    },
  });
}

export function createImport(body: ImportRequest, idempotencyKey: string): Promise<ImportTicket> {
  return call("POST /api/imports", { body, idempotencyKey });
}

export type RejectedRow = { line: string; reason: string; row: string };

/** The first `most` rows that were refused, of an import that is over. */
export function useRejected({ id, status, rejected }: ImportJob, most: number) {
  return useQuery({
    queryKey: ["imports", id, "rejected"],
    queryFn: async ({ signal }) => {
      const file = await callText("GET /api/imports/{id}/rejected", { path: { id }, signal });
      const [, ...rows] = firstRows(file, most + 1, true);
      return rows.map(([line = "", reason = "", row = ""]): RejectedRow => ({ line, reason, row }));
    },
    enabled: isOver({ status }) && rejected > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function downloadRejected(job: ImportJob): Promise<void> {
  const name = `rejected-${job.kind}-${job.createdAt.slice(0, 10)}.csv`;
  return callFile("GET /api/imports/{id}/rejected", name, { path: { id: job.id } });
}
