/** What all places that ask the assistant have in common: that it is being asked, and who answered. */
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type Origin, originInWords, type Phase } from "@/lib/assistant";
import { Button, Spinner } from "./button";

/** That a question is on its way or waits for its turn, with a way out. It is there from the beginning, to be heard. */
export function AssistantStatus({ phase, onCancel }: { phase: Phase; onCancel: () => void }) {
  const isBusy = phase === "asking" || phase === "waiting";
  return (
    <div role="status" className="text-sm text-muted empty:hidden">
      {isBusy && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Spinner />
          <p className="min-w-0 flex-1 basis-40">
            {phase === "asking"
              ? t`Asking the assistant…`
              : t`The model is busy: your question waits for its turn, which may take some minutes.`}
          </p>
          <Button look="quiet" onClick={onCancel}>
            {phase === "asking" ? t`Cancel` : t`Stop waiting`}
          </Button>
        </div>
      )}
    </div>
  );
}

export function AnsweredBy({ origin }: { origin: Origin }) {
  return <p className="text-xs text-muted">{originInWords(origin)}</p>;
}

/** What of a prompt an answer leaves out. */
export function NotUsed({ parts }: { parts: readonly string[] }) {
  if (parts.length === 0) return null;
  return (
    <div className="grid gap-1.5 rounded-lg bg-warn-soft px-3.5 py-2.5 text-sm">
      <p className="text-warn">
        <Trans>Not understood, and left out:</Trans>
      </p>
      <ul aria-label={t`Not understood`} className="flex flex-wrap gap-1.5">
        {parts.map((part) => (
          <li key={part} className="rounded-full bg-surface px-2.5 py-0.5 wrap-anywhere">
            {part}
          </li>
        ))}
      </ul>
    </div>
  );
}
