import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api";
import type { SegmentExport } from "@/lib/contract";
import { useIntent } from "@/lib/intent";
import { openFile } from "@/lib/open-file";

export const isOver = ({ status }: SegmentExport) => status === "done" || status === "failed";

const path = (id: string) => `/api/exports/${encodeURIComponent(id)}`;

export function useStartExport(segmentId: string) {
  return useIntent((_: "start", idempotencyKey) =>
    request<Pick<SegmentExport, "id" | "status">>(`/api/segments/${encodeURIComponent(segmentId)}/exports`, {
      method: "POST",
      idempotencyKey,
    }),
  );
}

/** One export, asked for every second until it is over, and not while the tab is hidden. */
export function useExport(id: string | null) {
  return useQuery({
    queryKey: ["exports", id],
    queryFn: ({ signal }) => request<SegmentExport>(path(id ?? ""), { signal }),
    enabled: id !== null,
    refetchInterval: ({ state: { data, error } }) => (error || (data && isOver(data)) ? false : 1_000),
    refetchIntervalInBackground: false,
  });
}

/** Asks for the link anew, since one that was given with the status may be too old by now, and opens it. */
export function useDownloadExport(id: string | null) {
  return useMutation({
    mutationFn: async () => {
      const { url } = await request<SegmentExport>(path(id ?? ""));
      if (url) openFile(url);
    },
  });
}
