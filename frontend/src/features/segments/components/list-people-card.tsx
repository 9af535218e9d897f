import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field, Segmented } from "@/components/ui/field";
import { type Rejected, RejectedList } from "@/components/ui/rejected-list";
import { FormProblem } from "@/components/ui/states";
import type { ListChanged } from "@/lib/contract";
import { formatNumber, plural } from "@/lib/format";
import { asProblem, fieldPath } from "@/lib/problem";
import { type PeopleChange, useChangePeople } from "../api/segments";

type Action = "add" | "remove";
type Source = "typed" | "file";

const ACTIONS: { value: Action; label: string }[] = [
  { value: "add", label: "Add" },
  { value: "remove", label: "Remove" },
];
const SOURCES: { value: Source; label: string }[] = [
  { value: "typed", label: "Typed in" },
  { value: "file", label: "From a file" },
];
/** The server's own limits of one request. */
const MOST_PEOPLE = 10_000;
const MOST_BYTES = 1_048_576;

/** Adds people to a list or takes them off. What was not accepted stays, with the reason, to be put right. */
export function ListPeopleCard({ id }: { id: string }) {
  const [action, setAction] = useState<Action>("add");
  const [source, setSource] = useState<Source>("typed");
  const [text, setText] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [chooser, setChooser] = useState(0);
  const [fault, setFault] = useState<string>();
  const change = useChangePeople(id);
  const { variables: sent, data: changed } = change;
  const rejected = rejectedOf(change.error, changed, sent);

  /** The request, or what is missing for it in words. */
  async function written(): Promise<PeopleChange | string> {
    if (source === "typed") {
      const people = peopleIn(text);
      if (people.length === 0) return "Write at least one address.";
      if (people.length > MOST_PEOPLE) return `At most ${formatNumber(MOST_PEOPLE)} people at once.`;
      return action === "add" ? { add: people } : { remove: people };
    }
    if (!file) return "Choose a file first.";
    if (file.size > MOST_BYTES) return "The file may have at most 1 MB: split it.";
    const csv = await file.text().catch(() => undefined);
    return csv === undefined ? "The file could not be read: choose it again." : { action, csv };
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (change.isPending) return;
    const request = await written();
    setFault(typeof request === "string" ? request : undefined);
    if (typeof request === "string") return;
    change.mutate(request, {
      onSuccess: (answer) => {
        if ("csv" in request) {
          setFile(null);
          setChooser((n) => n + 1);
        } else
          setText(
            rejectedOf(null, answer, request)
              .map(({ what }) => what)
              .join("\n"),
          );
      },
    });
  }

  const startOver = () => {
    setFault(undefined);
    change.reset();
  };
  return (
    <Card title="Who is on the list">
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        <div className="flex flex-wrap gap-3">
          <Segmented label="What to do" value={action} choices={ACTIONS} onChange={setAction} />
          <Segmented
            label="Where the people are"
            value={source}
            choices={SOURCES}
            onChange={(next) => {
              setSource(next);
              startOver();
            }}
          />
        </div>
        {source === "typed" ? (
          <Field
            label="E-mail addresses or customer ids"
            error={fault}
            hint="One per line, or separated by commas. Whoever is not a customer yet becomes one."
          >
            {(control) => (
              <textarea
                {...control}
                rows={4}
                value={text}
                readOnly={change.isPending}
                placeholder={"asha@example.com\nbina@example.com"}
                onChange={(event) => setText(event.target.value)}
                className="control"
              />
            )}
          </Field>
        ) : (
          <Field
            label="CSV file"
            error={fault}
            hint="Its column email or id is read, or else its first; at most 1 MB."
          >
            {(control) => (
              <input
                key={chooser}
                {...control}
                type="file"
                accept=".csv,text/csv"
                disabled={change.isPending}
                onChange={(event) => {
                  setFile(event.target.files?.[0] ?? null);
                  startOver();
                }}
                className="control"
              />
            )}
          </Field>
        )}
        <div>
          <Button type="submit" look="primary" busy={change.isPending}>
            {action === "add" ? "Add to the list" : "Remove from the list"}
          </Button>
        </div>
        <div role="status">{changed && sent && <p className="text-sm">{outcome(changed, sent)}</p>}</div>
        {rejected.length > 0 ? (
          <RejectedList noun={["person", "people"]} rejected={rejected} />
        ) : (
          <FormProblem error={change.error} />
        )}
      </form>
    </Card>
  );
}

function outcome({ queued }: ListChanged, sent: PeopleChange): string {
  const removes = "csv" in sent ? sent.action === "remove" : sent.remove !== undefined;
  const people = plural(queued, "person", "people");
  return `${people} will be ${removes ? "off" : "on"} the list in a moment.`;
}

/** Those who were refused, also when nobody was accepted. Empty when the request failed for another reason. */
function rejectedOf(
  error: unknown,
  changed: ListChanged | undefined,
  sent: PeopleChange | undefined,
): Rejected[] {
  const faults = error ? asProblem(error).errors : (changed?.rejected ?? []);
  const found = faults.map(({ field, reason }) => {
    const place = /^(add|remove|people)\.(\d+)$/.exec(fieldPath(field));
    return place && sent && { key: field, what: whoAt(sent, Number(place[2])), reason };
  });
  const people = found.filter((one): one is Rejected => Boolean(one));
  return people.length === faults.length ? people : [];
}

function whoAt(sent: PeopleChange, index: number): string {
  // The server reads the file, so only the position is known here.
  if ("csv" in sent) return `Person ${formatNumber(index + 1)} in the file`;
  return (sent.add ?? sent.remove)?.[index] ?? `Person ${index + 1}`;
}

function peopleIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}
