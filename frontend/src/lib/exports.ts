/** Files that the server makes of what somebody asked for: members of a segment, the log of a campaign. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "./api";
import type { FileExport } from "./contract";
import { useDraft } from "./draft";
import { useIntent } from "./intent";
import { openFile } from "./open-file";
import { Problem } from "./problem";

const isOver = ({ status }: FileExport) => status === "done" || status === "failed";

const path = (id: string) => `/api/exports/${encodeURIComponent(id)}`;

/**
 * The export of `owner` (`/api/segments/ID`, `/api/campaigns/ID`) that was asked for last in this tab: it goes on also
 * when one leaves the page. `name` is that of its place in the tab's storage.
 */
export function useFileExport(owner: string, name: string) {
  const kept = useDraft<string | null>(`export/1/${name}`, () => null);
  const start = useStartExport(owner);
  const job = useExport(kept.value);
  // Files are kept for a day; somebody who comes back after that begins anew.
  const gone = job.error instanceof Problem && job.error.status === 404;
  const id = gone ? null : kept.value;

  function forget() {
    kept.change(null);
    kept.forget();
    start.reset();
  }

  return {
    id,
    // Not the former one, while the next is being asked for.
    job: id === null || start.isPending ? undefined : job.data,
    error: start.error ?? (gone ? null : job.error),
    isRunning: start.isPending || (id !== null && !job.error && !(job.data && isOver(job.data))),
    start: () => start.mutate("start", { onSuccess: (begun) => kept.change(begun.id) }),
    lookAgain: () => void job.refetch(),
    forget,
  };
}

export type FileExporting = ReturnType<typeof useFileExport>;

function useStartExport(owner: string) {
  return useIntent((_: "start", idempotencyKey) =>
    request<Pick<FileExport, "id" | "status">>(`${owner}/exports`, { method: "POST", idempotencyKey }),
  );
}

/** One export, asked for every second until it is over, and not while the tab is hidden. */
function useExport(id: string | null) {
  return useQuery({
    queryKey: ["exports", id],
    queryFn: ({ signal }) => request<FileExport>(path(id ?? ""), { signal }),
    enabled: id !== null,
    refetchInterval: ({ state: { data, error } }) => (error || (data && isOver(data)) ? false : 1_000),
    refetchIntervalInBackground: false,
  });
}

/** Asks for the link anew, since one that was given with the status may be too old by now, and opens it. */
export function useDownloadExport(id: string | null) {
  return useMutation({
    mutationFn: async () => {
      const { url } = await request<FileExport>(path(id ?? ""));
      if (url) openFile(url);
    },
  });
}
