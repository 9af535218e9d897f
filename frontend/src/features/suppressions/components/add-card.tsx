import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/field";
import { type Rejected, RejectedList } from "@/components/ui/rejected-list";
import { FormProblem } from "@/components/ui/states";
import { TypedOrFile, useTypedOrFile } from "@/components/ui/typed-or-file";
import { channelName } from "@/lib/channel-name";
import type { Channel, Suppressed } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { formatNumber } from "@/lib/format";
import { asProblem, fieldPath } from "@/lib/problem";
import { type Addition, useAddSuppressions } from "../api/suppressions";

const CHANNELS = ["email", "sms", "whatsapp"] as const;
/** Numbers have spaces; the server takes so many of one request. */
const TYPED = { separator: /[\n,;]+/, most: 500 };

/** Puts addresses on the list. What was not accepted stays, with the reason, to be put right. */
export function AddCard() {
  const channel = useDraft<Channel>("suppressions-add-channel/1", () => "email");
  const given = useTypedOrFile("suppressions-add/1", TYPED);
  const add = useAddSuppressions();
  const rejected = rejectedOf(add.error, add.data, add.variables);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (add.isPending) return;
    const addresses = await given.read();
    if (!addresses) return;
    const addition =
      "csv" in addresses
        ? { channel: channel.value, ...addresses }
        : { channel: channel.value, addresses: addresses.typed };
    add.mutate(addition, {
      onSuccess: () => {
        given.clear();
        channel.forget();
      },
    });
  }

  return (
    <Card title={t`Add addresses`}>
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        <TypedOrFile
          given={given}
          where={t`Where the addresses are`}
          label={channel.value === "email" ? t`E-mail addresses` : t`Telephone numbers`}
          hint={t`From then on nobody writes to them on this channel.`}
          placeholder={channel.value === "email" ? "asha@example.com" : "+91 98765 43210"}
          fileHint={t`Its column address, email or phone is read, or else its first; or what was exported here. At most 1 MB.`}
          busy={add.isPending}
          onChange={add.reset}
        >
          <Segmented
            label={t`Channel`}
            value={channel.value}
            choices={CHANNELS.map((value) => ({ value, label: channelName(value) }))}
            onChange={channel.change}
          />
        </TypedOrFile>
        <div>
          <Button type="submit" look="primary" busy={add.isPending}>
            <Trans>Add to the list</Trans>
          </Button>
        </div>
        <p role="status" className="text-sm empty:hidden">
          {add.data && outcome(add.data)}
        </p>
        {rejected.length > 0 ? (
          <RejectedList
            noun={(count) => plural(count, { one: "# address", other: "# addresses" })}
            rejected={rejected}
          />
        ) : (
          <FormProblem error={add.error} />
        )}
      </form>
    </Card>
  );
}

function outcome({ added }: Suppressed): string {
  return added === 0
    ? t`All of them were on the list already.`
    : plural(added, { one: "# address is on the list now.", other: "# addresses are on the list now." });
}

/** What was refused of the request, or of the file. Empty when the request failed for another reason. */
function rejectedOf(error: unknown, answer: Suppressed | undefined, sent: Addition | undefined): Rejected[] {
  const faults = error ? asProblem(error).errors : (answer?.rejected ?? []);
  const found = faults.map(({ field, reason }) => {
    const [, where, place] = /^(items|lines)\.(\d+)/.exec(fieldPath(field)) ?? [];
    if (place === undefined || !sent) return undefined;
    const typed = where === "items" && "addresses" in sent ? sent.addresses[Number(place)] : undefined;
    const line = formatNumber(Number(place));
    return { key: field, what: typed ?? t`Line ${line}`, reason };
  });
  const rejected = found.filter((one) => one !== undefined);
  return rejected.length === faults.length ? rejected : [];
}
