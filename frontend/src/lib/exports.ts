/** Files that the server makes of what somebody asked for: members of a segment, customers by rules, the log of a campaign. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { call } from "./call";
import type { FileExport, RuleGroup } from "./contract";
import { useDraft } from "./draft";
import { useIntent } from "./intent";
import { openFile } from "./open-file";
import { isGone } from "./problem";

const isOver = ({ status }: FileExport) => status === "done" || status === "failed";

/** What a file can be made of: the members of a segment, the log of a campaign, the customers whom rules match. */
type Source = { of: "segments" | "campaigns"; id: string } | { of: "customers"; rules: RuleGroup };

/** What was asked for, and how many rows were to be expected of it: on the page may be something else by now. */
type Asked = { source: Source; total: number };

/** The export of something that was asked for last in this tab: it goes on also when one leaves the page. */
export function useFileExport(source: Source, total: number) {
  const name = "id" in source ? `${source.of}/${source.id}` : source.of;
  const kept = useDraft<(Asked & { id: string }) | null>(`export/2/${name}`, () => null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const start = useStartExport((id) => asked && kept.change({ ...asked, id }));
  const job = useExport(kept.value?.id ?? null);
  // Somebody who comes back when it is known no more begins anew.
  const gone = isGone(job.error);
  const id = gone ? null : (kept.value?.id ?? null);

  function begin(what: Asked) {
    setAsked(what);
    start.mutate(what.source);
  }

  function forget() {
    kept.change(null);
    kept.forget();
    start.reset();
  }

  return {
    /** What one begins it by. */
    button: useRef<HTMLButtonElement>(null),
    id,
    // Not the former one, while the next is being asked for.
    asked: start.isPending || start.error ? asked : gone ? null : kept.value,
    job: id === null || start.isPending ? undefined : job.data,
    error: start.error ?? (gone ? null : job.error),
    isRunning: start.isPending || (id !== null && !job.error && !(job.data && isOver(job.data))),
    start: () => begin({ source, total }),
    /** Of what the last one was of. */
    again: () => kept.value && begin(kept.value),
    lookAgain: () => void job.refetch(),
    forget,
  };
}

export type FileExporting = ReturnType<typeof useFileExport>;

function useStartExport(onBegun: (id: string) => void) {
  return useIntent(
    // Another source is another request, which has a key of its own.
    (source: Source, idempotencyKey) =>
      source.of === "customers"
        ? call("POST /api/customers/exports", { body: { rules: source.rules }, idempotencyKey })
        : call(`POST /api/${source.of}/{id}/exports`, { path: { id: source.id }, idempotencyKey }),
    { onSuccess: ({ id }) => onBegun(id) },
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

/** Asks for the link anew, since one that was given with the status may be too old by now, and opens it. A file that is gone has none. */
export function useDownloadExport(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call("GET /api/exports/{id}", { path: { id: id ?? "" } }),
    onSuccess(now) {
      client.setQueryData(["exports", now.id], now);
      if (now.url) openFile(now.url);
    },
  });
}
