import { useQuery } from "@tanstack/react-query";
import { download, request, requestText } from "@/lib/api";
import type { ImportJob, ImportRequest, ImportTicket } from "@/lib/contract";
import { firstRows } from "@/lib/csv";
import { useCursorList } from "@/lib/cursor-list";

export const isRunning = (job: ImportJob) => job.status === "reading" || job.status === "applying";
export const isOver = (job: ImportJob) => job.status === "done" || job.status === "failed";

export function useImports() {
  return useCursorList<ImportJob>(["imports"], "/api/imports", {
    refetchInterval: (jobs) => (jobs.some(isRunning) ? 2_000 : false),
  });
}

/** One import, asked for every second until it is over. */
export function useImport(id: string) {
  return useQuery({
    queryKey: ["imports", id],
    queryFn: ({ signal }) => request<ImportJob>(`/api/imports/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: (query) => (query.state.data && isOver(query.state.data) ? false : 1_000),
  });
}

export function createImport(body: ImportRequest, idempotencyKey: string): Promise<ImportTicket> {
  return request("/api/imports", { method: "POST", body, idempotencyKey });
}

const rejectedPath = (id: string) => `/api/imports/${encodeURIComponent(id)}/rejected`;

export type RejectedRow = { line: string; reason: string; row: string };

/** The first `most` rows that were refused, of an import that is over. */
export function useRejected(job: ImportJob, most: number) {
  return useQuery({
    queryKey: ["imports", job.id, "rejected"],
    queryFn: async ({ signal }) => {
      const [, ...rows] = firstRows(await requestText(rejectedPath(job.id), signal), most + 1, true);
      return rows.map(([line = "", reason = "", row = ""]): RejectedRow => ({ line, reason, row }));
    },
    enabled: isOver(job) && job.rejected > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function downloadRejected(job: ImportJob): Promise<void> {
  return download(rejectedPath(job.id), `rejected-${job.kind}-${job.createdAt.slice(0, 10)}.csv`);
}
