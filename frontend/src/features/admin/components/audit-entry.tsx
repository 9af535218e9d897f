import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import type { AuditEntry } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { AuditSentence } from "./audit-sentence";
import { type Change, changesOf } from "./changes";

type AuditEntryItemProps = {
  entry: AuditEntry;
  /** What it is about, where that is known. */
  name: string | undefined;
  /** Narrows the list down to this person, or to this thing. */
  onActor: () => void;
  onObject: () => void;
};

/** Who did what to what, and on demand what was different then. */
export function AuditEntryItem({ entry, name, onActor, onObject }: AuditEntryItemProps) {
  const { actor, object, at } = entry;
  const changes = changesOf(entry);
  const [who, what] = [actor.name ?? actor.id, name ?? object];
  return (
    <li className="grid gap-1 px-5 py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="wrap-anywhere">
          <AuditSentence entry={entry} name={name} />
        </p>
        <p className="text-sm whitespace-nowrap text-muted">{formatDateTime(at)}</p>
      </div>
      <div className="flex flex-wrap items-start justify-between gap-x-2">
        {changes.length > 0 ? (
          <details className="grow open:min-w-0 open:basis-full">
            <summary className="w-fit cursor-pointer rounded py-1.5 text-sm whitespace-nowrap text-muted hover:text-ink">
              <Trans>
                What changed<span className="sr-only">: {what}</span>
              </Trans>
            </summary>
            <Changes changes={changes} caption={what} />
          </details>
        ) : (
          <span />
        )}
        <div className="-mx-2 flex flex-wrap">
          <Button look="quiet" className="px-2!" onClick={onActor}>
            <span>
              <Trans>
                Only theirs<span className="sr-only">: {who}</span>
              </Trans>
            </span>
          </Button>
          <Button look="quiet" className="px-2!" onClick={onObject}>
            <span>
              <Trans>
                Only of this<span className="sr-only">: {what}</span>
              </Trans>
            </span>
          </Button>
        </div>
      </div>
    </li>
  );
}

function Changes({ changes, caption }: { changes: readonly Change[]; caption: string }) {
  return (
    <div className="mt-1 mb-2 overflow-hidden rounded-lg border border-line">
      <table className="w-full table-fixed text-left text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead className="bg-sunken text-xs text-muted">
          <tr>
            {[t`What`, t`Before`, t`After`].map((name, index) => (
              <th key={name} scope="col" className={cn("px-3 py-1.5 font-medium", index === 0 && "w-1/4")}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line align-top">
          {changes.map(({ member, before, after }) => (
            <tr key={member}>
              <th scope="row" className="px-3 py-1.5 font-normal wrap-anywhere text-muted">
                {member}
              </th>
              <Value text={before} />
              <Value text={after} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ text }: { text: string | undefined }) {
  return (
    <td className="px-3 py-1.5 wrap-anywhere whitespace-pre-wrap">
      {text ?? (
        <span className="text-muted italic">
          <Trans>not there</Trans>
        </span>
      )}
    </td>
  );
}
