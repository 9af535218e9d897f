import { plural, t } from "@lingui/core/macro";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/field";
import { type Rejected, RejectedList } from "@/components/ui/rejected-list";
import { FormProblem } from "@/components/ui/states";
import { TypedOrFile, useTypedOrFile } from "@/components/ui/typed-or-file";
import type { ListChanged } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { formatNumber } from "@/lib/format";
import { asProblem, fieldPath } from "@/lib/problem";
import { type PeopleChange, useChangePeople } from "../api/segments";

type Action = "add" | "remove";

const actions = (): { value: Action; label: string }[] => [
  { value: "add", label: t`Add` },
  { value: "remove", label: t`Remove` },
];
/** The server takes so many of one request. */
const TYPED = { separator: /[\s,;]+/, most: 10_000 };

/** Adds people to a list or takes them off. What was not accepted stays, with the reason, to be put right. */
export function ListPeopleCard({ id }: { id: string }) {
  const kept = useDraft<Action>(`list-people-action/${id}/1`, () => "add");
  const action = kept.value;
  const given = useTypedOrFile(`list-people/${id}/1`, TYPED);
  const change = useChangePeople(id);
  const { variables: sent, data: changed } = change;
  const rejected = rejectedOf(change.error, changed, sent);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (change.isPending) return;
    const people = await given.read();
    if (!people) return;
    const request: PeopleChange = "csv" in people ? { action, ...people } : { [action]: people.typed };
    change.mutate(request, {
      onSuccess: (answer) => {
        const left = rejectedOf(null, answer, request).map(({ what }) => what);
        given.clear(left);
        if (left.length === 0) kept.forget();
      },
    });
  }

  return (
    <Card title={t`Who is on the list`}>
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        <TypedOrFile
          given={given}
          where={t`Where the people are`}
          label={t`E-mail addresses or customer ids`}
          hint={t`Whoever is not a customer yet becomes one.`}
          placeholder={"asha@example.com\nbina@example.com"}
          fileHint={t`Its column email or id is read, or else its first; at most 1 MB.`}
          busy={change.isPending}
          onChange={change.reset}
        >
          <Segmented label={t`What to do`} value={action} choices={actions()} onChange={kept.change} />
        </TypedOrFile>
        <div>
          <Button type="submit" look="primary" busy={change.isPending}>
            {action === "add" ? t`Add to the list` : t`Remove from the list`}
          </Button>
        </div>
        <div role="status">{changed && sent && <p className="text-sm">{outcome(changed, sent)}</p>}</div>
        {rejected.length > 0 ? (
          <RejectedList
            noun={(count) => plural(count, { one: "# person", other: "# people" })}
            rejected={rejected}
          />
        ) : (
          <FormProblem error={change.error} />
        )}
      </form>
    </Card>
  );
}

function outcome({ queued }: ListChanged, sent: PeopleChange): string {
  const removes = "csv" in sent ? sent.action === "remove" : sent.remove !== undefined;
  const people = formatNumber(queued);
  return removes
    ? plural(queued, {
        one: `${people} person will be off the list in a moment.`,
        other: `${people} people will be off the list in a moment.`,
      })
    : plural(queued, {
        one: `${people} person will be on the list in a moment.`,
        other: `${people} people will be on the list in a moment.`,
      });
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
  const place = formatNumber(index + 1);
  if ("csv" in sent) return t`Person ${place} in the file`;
  return (sent.add ?? sent.remove)?.[index] ?? t`Person ${place}`;
}
