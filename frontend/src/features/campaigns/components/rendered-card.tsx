import { useId, useState } from "react";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Failure, Skeleton } from "@/components/ui/states";
import type { Channel, Rendered } from "@/lib/contract";
import { plural } from "@/lib/format";
import { faultsByField } from "@/lib/problem";
import { type SmsSize, smsSize } from "@/lib/sms";
import { useDebounced } from "@/lib/use-debounced";
import { useRendered, useSomeMembers } from "../api/drafts";
import { type CampaignValues, variantsOf } from "./campaign-values";

/** As they are called where they are counted while somebody types. */
const ENCODINGS: Record<NonNullable<Rendered["encoding"]>, SmsSize["encoding"]> = {
  gsm7: "GSM-7",
  ucs2: "UCS-2",
};

/** Each wording as one person would get it, while it is being written. */
export function RenderedCard({ values }: { values: CampaignValues }) {
  const [typed, setTyped] = useState("");
  const people = useId();
  const members = useSomeMembers(values.segmentId);
  const someone = members.data?.[0]?.email ?? "";
  const email = useDebounced(typed.trim() || someone, 500);
  const texts = useDebounced(JSON.stringify(variantsOf(values)), 500);
  const variants: ReturnType<typeof variantsOf> = JSON.parse(texts);
  const ready = variants.every(({ subject, body }) => body.trim() !== "" && subject !== "");
  const rendered = useRendered(email, values.channel, variants, email !== "" && ready);
  const { data, error } = rendered;
  const unknown = faultsByField(error).email !== undefined;

  return (
    <Card title="As somebody gets it">
      <div className="grid gap-4">
        <Field
          label="E-mail address of a customer"
          optional
          error={unknown ? "No customer has this address." : undefined}
          hint={someone && typed.trim() === "" ? `Shown for ${someone}, of the segment.` : undefined}
        >
          {(control) => (
            <>
              <input
                {...control}
                type="email"
                list={people}
                value={typed}
                placeholder={someone || "asha@example.com"}
                maxLength={254}
                autoComplete="off"
                onChange={(event) => setTyped(event.target.value)}
                className="control max-w-md"
              />
              <datalist id={people}>
                {members.data?.map((member) => (
                  <option key={member.id} value={member.email}>
                    {member.name}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
        {!ready || email === "" ? (
          <p className="text-sm text-muted">
            {ready
              ? "Choose a person to see the message with their values."
              : "Once each message is written, it is shown here with a person’s own values."}
          </p>
        ) : error ? (
          !unknown && <Failure error={error} onRetry={() => void rendered.refetch()} className="py-4" />
        ) : data ? (
          <ol aria-label="Messages as they arrive" className="grid gap-4" aria-busy={rendered.isFetching}>
            {data.messages.map((message, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the server answers by place
              <li key={index} className="grid gap-1.5">
                {data.messages.length > 1 && <p className="text-sm font-medium">Variant {index + 1}</p>}
                <Arrived message={message} channel={values.channel} />
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
  const { subject, body = "", error } = message;
  if (error) return <p className="rounded-lg bg-danger-soft px-3 py-2 text-sm text-danger">{error}</p>;
  if (channel === "email") {
    return (
      <div className="overflow-hidden rounded-lg border border-line">
        <p className="border-b border-line bg-sunken px-3 py-2 text-sm font-medium wrap-anywhere">
          {subject}
        </p>
        {/* Apart from the app, as mail programs show it, and without scripts. */}
        <iframe title={`Body of ${subject}`} sandbox="" srcDoc={body} className="h-48 w-full bg-white" />
      </div>
    );
  }
  const size = smsSize(body);
  return (
    <>
      <p className="w-fit max-w-sm rounded-2xl rounded-bl-sm bg-accent-soft px-3.5 py-2.5 text-sm whitespace-pre-wrap wrap-anywhere">
        {body}
      </p>
      {channel === "sms" && (
        <p className="text-sm text-muted">
          {plural(message.segments ?? size.segments, "segment")} (
          {message.encoding ? ENCODINGS[message.encoding] : size.encoding})
        </p>
      )}
    </>
  );
}
