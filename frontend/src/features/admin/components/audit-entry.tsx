import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import type { AuditEntry } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { type Change, changesOf, inPlainWords } from "./changes";

type AuditEntryItemProps = {
  entry: AuditEntry;
  /** Narrows the list down to this person, or to this thing. */
  onActor: () => void;
  onObject: () => void;
};

/** Who did what to what, and on demand what was different then. */
export function AuditEntryItem({ entry, onActor, onObject }: AuditEntryItemProps) {
  const { actor, action, object, at } = entry;
  const changes = changesOf(entry);
  const [who, what] = [actor.name ?? actor.id, inPlainWords(action)];
  return (
    <li className="grid gap-1 px-5 py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="wrap-anywhere">
          <span className="font-medium">{who}</span>: {what} <ObjectName object={object} />
        </p>
        <p className="text-sm whitespace-nowrap text-muted">{formatDateTime(at)}</p>
      </div>
      <div className="flex flex-wrap items-start justify-between gap-x-4">
        {changes.length > 0 ? (
          <details className="min-w-0 flex-1 open:basis-full">
            <summary className="w-fit cursor-pointer rounded py-1.5 text-sm whitespace-nowrap text-muted hover:text-ink">
              <Trans>
                What changed
                <span className="sr-only">
                  {" "}
                  by {what} {object}
                </span>
              </Trans>
            </summary>
            <Changes changes={changes} caption={`${what} ${object}`} />
          </details>
        ) : (
          <span />
        )}
        <div className="-mx-3.5 flex flex-wrap">
          <Button look="quiet" onClick={onActor}>
            <span>
              <Trans>
                Only theirs<span className="sr-only">: {who}</span>
              </Trans>
            </span>
          </Button>
          <Button look="quiet" onClick={onObject}>
            <span>
              <Trans>
                Only of this<span className="sr-only">: {object}</span>
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

/** The things that have a page of their own. */
const PAGES = new Set(["customers", "orders", "segments", "campaigns", "imports"]);

function ObjectName({ object }: { object: string }) {
  const [kind = "", id, ...rest] = object.split("/");
  if (!PAGES.has(kind) || !id || rest.length > 0) return <span className="text-muted">{object}</span>;
  return (
    <Link to={`/${object}`} className="text-accent underline underline-offset-2">
      {object}
    </Link>
  );
}
