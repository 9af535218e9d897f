/** Files that the server makes of what somebody asked for: members of a segment, customers by rules, the log of a campaign. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { call } from "./call";
import type { FileExport, RuleGroup } from "./contract";
import { useDraft } from "./draft";
import { useIntent } from "./intent";
import { openFile } from "./open-file";
import { Problem } from "./problem";

const isOver = ({ status }: FileExport) => status === "done" || status === "failed";

/** What a file can be made of: the members of a segment, the log of a campaign, the customers whom rules match. */
type Source = "segments" | "campaigns" | { rules: RuleGroup };

/** The export of something that was asked for last in this tab: it goes on also when one leaves the page. */
export function useFileExport(source: Source, of: string) {
  const kept = useDraft<string | null>(`export/1/${of}`, () => null);
  const start = useStartExport(source, of);
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
    start: () => start.mutate(JSON.stringify(source), { onSuccess: (begun) => kept.change(begun.id) }),
    lookAgain: () => void job.refetch(),
    forget,
  };
}

export type FileExporting = ReturnType<typeof useFileExport>;

function useStartExport(source: Source, id: string) {
  // Another source is another request, which has a key of its own.
  return useIntent((_: string, idempotencyKey) =>
    typeof source === "string"
      ? call(`POST /api/${source}/{id}/exports`, { path: { id }, idempotencyKey })
      : call("POST /api/customers/exports", { body: source, idempotencyKey }),
  );
}

/** One export, asked for every second until it is over, and not while the tab is hidden. */
function useExport(id: string | null) {
  return useQuery({
    queryKey: ["exports", id],
    queryFn: ({ signal }) => call("GET /api/exports/{id}", { path: { id: id ?? "" }, signal }),
    enabled: id !== null,
    refetchInterval: ({ state: { data, error } }) => (error || (data && isOver(data)) ? false : 1_000),
    refetchIntervalInBackground: false,
  });
}

/** Asks for the link anew, since one that was given with the status may be too old by now, and opens it. */
export function useDownloadExport(id: string | null) {
  return useMutation({
    mutationFn: async () => {
      const { url } = await call("GET /api/exports/{id}", { path: { id: id ?? "" } });
      if (url) openFile(url);
    },
  });
}
