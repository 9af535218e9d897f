import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Card } from "@/components/ui/card";
import { Failure, Skeleton } from "@/components/ui/states";
import type { Channel, Customer, Rendered } from "@/lib/contract";
import { faultsByField } from "@/lib/problem";
import { type SmsSize, smsSize } from "@/lib/sms";
import { useDebounced } from "@/lib/use-debounced";
import { useRendered, useSomeMembers } from "../api/drafts";
import { variantName } from "./campaign-summary";
import { type CampaignValues, variantsOf } from "./campaign-values";
import { PersonSearch } from "./person-search";

/** As they are called where they are counted while somebody types. */
const ENCODINGS: Record<NonNullable<Rendered["encoding"]>, SmsSize["encoding"]> = {
  gsm7: "GSM-7",
  ucs2: "UCS-2",
};

/** The messages for one person, as far as they are written, and what is wrong with them by the server's own word. */
export function usePreview(values: CampaignValues) {
  const [chosen, setChosen] = useState<Customer>();
  const members = useSomeMembers(values.segmentId);
  const person = chosen ?? members.data?.[0];
  const email = person?.email ?? "";
  // Together, since subjects belong to one channel alone.
  const typed = JSON.stringify([values.channel, variantsOf(values)]);
  const texts = useDebounced(typed, 500);
  const [channel, variants]: [Channel, ReturnType<typeof variantsOf>] = JSON.parse(texts);
  const ready = variants.every(({ subject, body }) => body.trim() !== "" && subject !== "");
  const rendered = useRendered(email, channel, variants, email !== "" && ready);
  const faults = typed === texts && ready ? faultsByField(rendered.error) : {};
  return { person, choose: setChosen, members: members.data ?? [], channel, ready, rendered, faults };
}

/** Each wording as one person would get it, while it is being written. */
export function RenderedCard({ preview }: { preview: ReturnType<typeof usePreview> }) {
  const { person, choose, channel, ready, rendered } = preview;
  const { data, error } = rendered;
  const gone = faultsByField(error).email !== undefined;
  const isMarked = Object.keys(faultsByField(error)).some((field) => field.startsWith("variants"));
  return (
    <Card title={t`As somebody gets it`}>
      <div className="grid gap-4">
        <PersonSearch
          chosen={person}
          suggested={preview.members}
          error={gone ? t`No customer has this address.` : undefined}
          onChoose={choose}
        />
        {!ready || !person ? (
          <p className="text-sm text-muted">
            {ready
              ? t`Choose a person to see the message with their values.`
              : t`Once each message is written, it is shown here with a person’s own values.`}
          </p>
        ) : isMarked ? (
          <p role="status" className="text-sm text-danger">
            <Trans>The message cannot be made as it is: see what is marked above.</Trans>
          </p>
        ) : error ? (
          !gone && <Failure error={error} onRetry={() => void rendered.refetch()} className="py-4" />
        ) : data ? (
          <ol aria-label={t`Messages as they arrive`} className="grid gap-4" aria-busy={rendered.isFetching}>
            {data.messages.map((message, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the server answers by place
              <li key={index} className="grid gap-1.5">
                {data.messages.length > 1 && <p className="text-sm font-medium">{variantName(index)}</p>}
                <Arrived message={message} channel={channel} />
              </li>
            ))}
          </ol>
        ) : (
          <Skeleton className="h-24" />
        )}
      </div>
    </Card>
  );
}

function Arrived({ message, channel }: { message: Rendered; channel: Channel }) {
  const { subject = "", body = "", error } = message;
  if (error) return <p className="rounded-lg bg-danger-soft px-3 py-2 text-sm text-danger">{error}</p>;
  if (channel === "email") {
    return (
      <div className="overflow-hidden rounded-lg border border-line">
        <p className="border-b border-line bg-sunken px-3 py-2 text-sm font-medium wrap-anywhere">
          {subject}
        </p>
        {/* Apart from the app, as mail programs show it, and without scripts. */}
        <iframe title={t`Body of ${subject}`} sandbox="" srcDoc={body} className="h-48 w-full bg-white" />
      </div>
    );
  }
  const size = smsSize(body);
  const encoding = message.encoding ? ENCODINGS[message.encoding] : size.encoding;
  return (
    <>
      <p className="w-fit max-w-sm rounded-2xl rounded-bl-sm bg-accent-soft px-3.5 py-2.5 text-sm whitespace-pre-wrap wrap-anywhere">
        {body}
      </p>
      {channel === "sms" && (
        <p className="text-sm text-muted">
          {plural(message.segments ?? size.segments, {
            one: `# segment (${encoding})`,
            other: `# segments (${encoding})`,
          })}
        </p>
      )}
    </>
  );
}
