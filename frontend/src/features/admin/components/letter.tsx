import { plural, t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { type Fact, Facts } from "@/components/ui/facts";
import type { DeadLetter } from "@/lib/contract";
import { formatBytes, formatDateTime, formatNumber, formatRelative } from "@/lib/format";

type LetterProps = { letter: DeadLetter; busy: boolean; onRedrive: () => void; onDiscard: () => void };
type Subject = DeadLetter["subjects"][number];

/** Where a thing is looked at. */
const PAGES: Record<Subject["kind"], string> = {
  customer: "/customers",
  order: "/orders",
  campaign: "/campaigns",
  segment: "/segments",
  import: "/imports",
};

/** A dead letter: why it is one first, then what it is about. */
export function Letter({ letter, busy, onRedrive, onDiscard }: LetterProps) {
  const what = letter.kind ?? t`A letter that cannot be read`;
  return (
    <li className="grid gap-3 px-5 py-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-72">
          <p className="font-medium wrap-anywhere">{letter.reason ?? whyUnknown(letter)}</p>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
            <span className="wrap-anywhere">{what}</span>
            {letter.cause === "givenUp" && (
              <Badge tone="warn">
                <Trans>Given up</Trans>
              </Badge>
            )}
            <time dateTime={letter.at} title={formatDateTime(letter.at)}>
              {formatRelative(letter.at)}
            </time>
            {letter.tries !== undefined && (
              <span>
                <Plural value={letter.tries} one="tried once" other="tried # times" />
              </span>
            )}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button busy={busy} aria-label={t`Redrive: ${what}`} onClick={onRedrive}>
            <Trans>Redrive</Trans>
          </Button>
          <Button look="danger" aria-label={t`Discard: ${what}`} onClick={onDiscard}>
            <Trans>Discard</Trans>
          </Button>
        </div>
      </div>
      <details>
        <summary className="w-fit cursor-pointer rounded text-sm text-muted hover:text-ink">
          <Trans>What it is about</Trans>
        </summary>
        <div className="mt-2 max-w-xl">
          <Facts facts={facts(letter)} />
        </div>
      </details>
    </li>
  );
}

function facts(letter: DeadLetter): Fact[] {
  const { subjects, fields, events } = letter;
  const told: (Fact | false)[] = [
    subjects.length > 0 && { label: t`About`, value: <Subjects subjects={subjects} /> },
    letter.source !== undefined && { label: t`Sent by`, value: letter.source },
    letter.eventId !== undefined && { label: t`Its name there`, value: letter.eventId },
    letter.time !== undefined && { label: t`Happened`, value: formatDateTime(letter.time) },
    events > 1 && {
      label: t`Brings`,
      value: plural(events, { one: "# event", other: "# events, of which this is the first" }),
    },
    fields.length > 0 && { label: t`Fields`, value: fields.join(", ") },
    { label: t`Size`, value: formatBytes(letter.bytes) },
  ];
  return told.filter((fact) => fact !== false);
}

/** Links to what it names; whatever it is about may not be there. */
function Subjects({ subjects }: { subjects: readonly Subject[] }) {
  return (
    <ul className="grid gap-1">
      {subjects.map((subject) => (
        <li key={subject.kind + subject.id}>
          <Link
            className="inline-block text-accent underline underline-offset-2"
            to={`${PAGES[subject.kind]}/${subject.id}`}
          >
            {nameOf(subject)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function nameOf({ kind, id, number }: Subject): string {
  const name = number ?? id.slice(0, 8);
  switch (kind) {
    case "customer":
      return t`Customer ${name}`;
    case "order":
      return t`Order ${name}`;
    case "campaign":
      return t`Campaign ${name}`;
    case "segment":
      return t`Segment ${name}`;
    case "import":
      return t`Import ${name}`;
  }
}

function whyUnknown({ cause, tries }: DeadLetter): string {
  if (cause !== "givenUp") return t`Nobody said why: it was put here by other means`;
  const often = formatNumber(tries ?? 0);
  return t`Whoever took it never came to an end, ${often} times: a crash, or a time limit. The log of its worker says more`;
}
