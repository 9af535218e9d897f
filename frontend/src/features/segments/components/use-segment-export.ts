import { useDraft } from "@/lib/draft";
import { Problem } from "@/lib/problem";
import { isOver, useExport, useStartExport } from "../api/exports";

/** The export of a segment that was asked for last in this tab: it goes on also when one leaves the page. */
export function useSegmentExport(segmentId: string) {
  const kept = useDraft<string | null>(`export/1/${segmentId}`, () => null);
  const start = useStartExport(segmentId);
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

export type SegmentExporting = ReturnType<typeof useSegmentExport>;
