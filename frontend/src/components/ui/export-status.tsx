import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Download, RotateCw, X } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { FormProblem } from "@/components/ui/states";
import type { FileExport } from "@/lib/contract";
import { type FileExporting, useDownloadExport } from "@/lib/exports";
import { focusHeading } from "@/lib/focus-heading";

type ExportStatusProps = {
  exporting: FileExporting;
  /** So many of its rows, in words. */
  noun: (count: number) => string;
  /** Who is in it, where the page may show others by now. */
  who?: string;
};

/** How far an export is, and its file once it is there. */
export function ExportStatus({ exporting, noun, who }: ExportStatusProps) {
  const { button, id, asked, job, error, isRunning, again, lookAgain, forget } = exporting;
  const section = useRef<HTMLElement>(null);
  const download = useDownloadExport(id);
  if (id === null && !error && !isRunning) return null;
  // Buttons go as they are pressed.
  function dismiss() {
    forget();
    if (button.current) button.current.focus();
    else focusHeading();
  }
  function withFocus(run: () => void) {
    run();
    section.current?.focus();
  }
  const over = job && !isRunning ? endOf(job) : undefined;
  return (
    <section
      ref={section}
      tabIndex={-1}
      aria-label={t`Export`}
      className="outline-none grid gap-3 border-b border-line bg-sunken/50 px-5 py-3"
    >
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="grid min-w-0 text-sm">
          <p role="status">{error ? "" : inWords(job, noun)}</p>
          {who && <p className="text-muted wrap-anywhere">{t`Who is in it: ${who}`}</p>}
        </div>
        <div className="flex gap-2">
          {over === "done" && (
            <Button
              look="primary"
              icon={<Download aria-hidden />}
              busy={download.isPending}
              onClick={() =>
                download.mutate(undefined, { onSuccess: ({ url }) => url || section.current?.focus() })
              }
            >
              <Trans>Download CSV</Trans>
            </Button>
          )}
          {(over === "failed" || over === "gone") && (
            <Button icon={<RotateCw aria-hidden />} onClick={() => withFocus(again)}>
              <Trans>Export again</Trans>
            </Button>
          )}
          {error && id !== null ? (
            <Button icon={<RotateCw aria-hidden />} onClick={() => withFocus(lookAgain)}>
              <Trans>Look again</Trans>
            </Button>
          ) : null}
          {!isRunning && (
            <Button
              look="quiet"
              aria-label={t`Dismiss the export`}
              onClick={dismiss}
              className="px-2.5!"
              icon={<X aria-hidden />}
            />
          )}
        </div>
      </div>
      {isRunning && (
        <Progress
          label={t`Export`}
          total={asked?.total ?? 0}
          parts={[{ label: t`written`, value: job?.rows ?? 0, className: "bg-accent" }]}
        />
      )}
      <FormProblem error={error ?? download.error} />
    </section>
  );
}

/** Its status, or that its file is gone: after a day, or with somebody who was erased and may be in it. */
const endOf = ({ status, url }: FileExport) => (status === "done" && !url ? "gone" : status);

function inWords(job: FileExport | undefined, noun: (count: number) => string): string {
  const rows = noun(job?.rows ?? 0);
  switch (job && endOf(job)) {
    case "gone":
      return t`The file is no longer kept: files go after a day, and when somebody is erased.`;
    case "done":
      return t`The file is ready: ${rows}. It is kept for a day.`;
    case "failed": {
      const error = job?.error;
      return error ? t`The export failed: ${error}` : t`The export failed.`;
    }
    case "running":
      return t`Writing the file: ${rows} so far…`;
    default:
      return t`The export is about to begin…`;
  }
}
