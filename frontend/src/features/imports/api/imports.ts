import { useQuery } from "@tanstack/react-query";
import { download, request } from "@/lib/api";
import type { ImportJob, ImportRequest, ImportTicket } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";

export const isRunning = (job: ImportJob) => job.status === "reading" || job.status === "applying";
const isOver = (job: ImportJob) => job.status === "done" || job.status === "failed";

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

export function downloadRejected(job: ImportJob): Promise<void> {
  return download(
    `/api/imports/${encodeURIComponent(job.id)}/rejected`,
    `rejected-${job.kind}-${job.createdAt.slice(0, 10)}.csv`,
  );
}
