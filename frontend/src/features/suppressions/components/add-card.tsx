import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field, Segmented } from "@/components/ui/field";
import { type Rejected, RejectedList } from "@/components/ui/rejected-list";
import { FormProblem } from "@/components/ui/states";
import { channelName } from "@/lib/channel-name";
import type { Channel, Suppressed } from "@/lib/contract";
import { formatNumber, plural } from "@/lib/format";
import { asProblem, fieldPath } from "@/lib/problem";
import { type Addition, useAddSuppressions } from "../api/suppressions";

type Source = "typed" | "file";

const CHANNELS = (["email", "sms", "whatsapp"] as const).map((value) => ({
  value,
  label: channelName(value),
}));
const SOURCES: { value: Source; label: string }[] = [
  { value: "typed", label: "Typed in" },
  { value: "file", label: "From a file" },
];
/** The server's own limits of one request. */
const MOST_ADDRESSES = 500;
const MOST_BYTES = 1_048_576;

/** Puts addresses on the list. What was not accepted stays, with the reason, to be put right. */
export function AddCard() {
  const [channel, setChannel] = useState<Channel>("email");
  const [source, setSource] = useState<Source>("typed");
  const [text, setText] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [chooser, setChooser] = useState(0);
  const [fault, setFault] = useState<string>();
  const add = useAddSuppressions();
  const rejected = rejectedOf(add.error, add.data, add.variables);

  /** The request, or what is missing for it in words. */
  async function written(): Promise<Addition | string> {
    if (source === "typed") {
      const addresses = text.split(/[\n,;]+/).flatMap((address) => address.trim() || []);
      if (addresses.length === 0) return "Write at least one address.";
      if (addresses.length > MOST_ADDRESSES)
        return `At most ${MOST_ADDRESSES} at once; take a file for more.`;
      return { channel, addresses };
    }
    if (!file) return "Choose a file first.";
    if (file.size > MOST_BYTES) return "The file may have at most 1 MB: split it.";
    const csv = await file.text().catch(() => undefined);
    return csv === undefined ? "The file could not be read: choose it again." : { channel, csv };
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (add.isPending) return;
    const addition = await written();
    setFault(typeof addition === "string" ? addition : undefined);
    if (typeof addition === "string") return;
    add.mutate(addition, {
      onSuccess: () => {
        setText("");
        setFile(null);
        setChooser((n) => n + 1);
      },
    });
  }

  const startOver = () => {
    setFault(undefined);
    add.reset();
  };
  return (
    <Card title="Add addresses">
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        <div className="flex flex-wrap gap-3">
          <Segmented label="Channel" value={channel} choices={CHANNELS} onChange={setChannel} />
          <Segmented
            label="Where the addresses are"
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
            label={channel === "email" ? "E-mail addresses" : "Telephone numbers"}
            error={fault}
            hint="One per line, or separated by commas. From then on nobody writes to them on this channel."
          >
            {(control) => (
              <textarea
                {...control}
                rows={3}
                value={text}
                readOnly={add.isPending}
                placeholder={channel === "email" ? "asha@example.com" : "+91 98765 43210"}
                onChange={(event) => setText(event.target.value)}
                className="control"
              />
            )}
          </Field>
        ) : (
          <Field
            label="CSV file"
            error={fault}
            hint="Its column address, email or phone is read, or else its first; or what was exported here. At most 1 MB."
          >
            {(control) => (
              <input
                key={chooser}
                {...control}
                type="file"
                accept=".csv,text/csv"
                disabled={add.isPending}
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
          <Button type="submit" look="primary" busy={add.isPending}>
            Add to the list
          </Button>
        </div>
        <p role="status" className="text-sm empty:hidden">
          {add.data && outcome(add.data)}
        </p>
        {rejected.length > 0 ? (
          <RejectedList noun={["address", "addresses"]} rejected={rejected} />
        ) : (
          <FormProblem error={add.error} />
        )}
      </form>
    </Card>
  );
}

function outcome({ added }: Suppressed): string {
  return added === 0
    ? "All of them were on the list already."
    : `${plural(added, "address is", "addresses are")} on the list now.`;
}

/** What was refused of the request, or of the file. Empty when the request failed for another reason. */
function rejectedOf(error: unknown, answer: Suppressed | undefined, sent: Addition | undefined): Rejected[] {
  const faults = error ? asProblem(error).errors : (answer?.rejected ?? []);
  const found = faults.map(({ field, reason }) => {
    const [, where, place] = /^(items|lines)\.(\d+)/.exec(fieldPath(field)) ?? [];
    if (place === undefined || !sent) return undefined;
    const typed = where === "items" && "addresses" in sent ? sent.addresses[Number(place)] : undefined;
    return { key: field, what: typed ?? `Line ${formatNumber(Number(place))}`, reason };
  });
  const rejected = found.filter((one) => one !== undefined);
  return rejected.length === faults.length ? rejected : [];
}
