import { Check, Plus, Sparkles } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { AnsweredBy, AssistantStatus, NotUsed } from "@/components/ui/assistant";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Failure } from "@/components/ui/states";
import { useAssistant } from "@/lib/assistant";
import { channelName } from "@/lib/channel-name";
import { plural } from "@/lib/format";
import { faultsByField } from "@/lib/problem";
import type { CampaignValues } from "./campaign-values";
import { type Proposed, ProposedMessage } from "./proposed-message";
import { isTaken, MAX_VARIANTS, withProposed } from "./take-over";

const TONES = ["Friendly", "Warm", "Professional", "Playful", "Urgent"] as const;
const COUNTS = [1, 2, 3, 4, 5] as const;

type WriteCardProps = { values: CampaignValues; set: (part: Partial<CampaignValues>) => void };

/** Wordings by the assistant. They are read first, and added where somebody says so; nothing typed is ever replaced. */
export function WriteCard({ values, set }: WriteCardProps) {
  const [tone, setTone] = useState("");
  const [count, setCount] = useState(3);
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const first = useRef<HTMLInputElement>(null);
  const wasOpen = useRef(open);
  const assistant = useAssistant("POST /api/generate-messages");
  const { phase, answer, error, isBusy } = assistant;
  const { channel, objective, segmentId, variants } = values;
  const asked = assistant.question?.body;
  const faults = asked?.objective === objective.trim() ? faultsByField(error) : {};
  const isForChannel = asked?.channel === channel;
  const proposed: Proposed[] = answer?.messages ?? [];
  const fresh = proposed.filter((message) => !isTaken(message, values));
  const after = withProposed(variants, fresh);

  // What was pressed is gone then.
  useEffect(() => {
    if (wasOpen.current !== open) (first.current ?? opener.current)?.focus();
    wasOpen.current = open;
  }, [open]);

  function ask() {
    if (objective.trim() === "" || isBusy) return;
    const body = { objective: objective.trim(), channel, count };
    assistant.ask({
      body: { ...body, ...(segmentId && { segmentId }), ...(tone && { tone: tone.toLowerCase() }) },
    });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      ask();
    }
  }

  if (!open) {
    return (
      <Button
        ref={opener}
        className="justify-self-start"
        icon={<Sparkles aria-hidden />}
        onClick={() => setOpen(true)}
      >
        Write with the assistant
      </Button>
    );
  }
  return (
    <Card
      title="Write with the assistant"
      actions={
        <Button look="quiet" onClick={() => setOpen(false)}>
          Close
        </Button>
      }
    >
      <div className="grid gap-4">
        <Field
          label="Objective"
          error={faults.objective}
          hint="What the campaign is for. Only what it says is promised: discounts, dates and links are yours to give."
        >
          {(control) => (
            <input
              {...control}
              ref={first}
              value={objective}
              maxLength={500}
              placeholder="e.g. Win back customers with 10% off until Sunday"
              onChange={(event) => set({ objective: event.target.value })}
              onKeyDown={onKeyDown}
              className="control"
            />
          )}
        </Field>
        <div className="flex flex-wrap items-end gap-3">
          <Field label="Tone" error={faults.tone}>
            {(control) => (
              <select
                {...control}
                value={tone}
                onChange={(event) => setTone(event.target.value)}
                className="control w-auto"
              >
                <option value="">As it fits</option>
                {TONES.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </Field>
          <Field label="How many" error={faults.count}>
            {(control) => (
              <select
                {...control}
                value={count}
                onChange={(event) => setCount(Number(event.target.value))}
                className="control w-auto"
              >
                {COUNTS.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            )}
          </Field>
          <Button
            icon={<Sparkles aria-hidden />}
            busy={isBusy}
            disabled={objective.trim() === ""}
            onClick={ask}
          >
            {plural(count, "message")} for {channelName(channel)}
          </Button>
        </div>
        <AssistantStatus phase={phase} onCancel={assistant.cancel} />
        {phase === "failed" && Object.keys(faults).length === 0 && (
          <Failure error={error} onRetry={ask} className="py-3" />
        )}
        {answer && (
          <section aria-label="Proposed messages" className="grid gap-3">
            <NotUsed parts={answer.unsupported ?? []} />
            <p role="status" className="text-sm text-muted">
              {isForChannel
                ? `${plural(proposed.length, "proposal")}. What you have written stays; proposals are added to it.`
                : `These were written for ${asked ? channelName(asked.channel) : "another channel"}. Ask again for ${channelName(channel)}.`}
            </p>
            <ol className="grid gap-3">
              {proposed.map((message) => (
                <li key={`${message.subject}\n${message.body}`}>
                  <ProposedMessage message={message} channel={asked?.channel ?? channel}>
                    {isTaken(message, values) ? (
                      <p className="inline-flex min-h-9.5 items-center gap-1.5 text-sm text-accent [&_svg]:size-4">
                        <Check aria-hidden /> Taken over
                      </p>
                    ) : (
                      <Button
                        icon={<Plus aria-hidden />}
                        disabled={!isForChannel || withProposed(variants, [message]).left > 0}
                        onClick={() => set({ variants: withProposed(variants, [message]).variants })}
                      >
                        Use this one
                      </Button>
                    )}
                  </ProposedMessage>
                </li>
              ))}
            </ol>
            {isForChannel && fresh.length > 0 && after.left > 0 && (
              <p className="text-sm text-muted">
                A campaign has at most {MAX_VARIANTS} variants: remove one to make room for more.
              </p>
            )}
            {isForChannel && fresh.length > 1 && after.left < fresh.length && (
              <Button className="justify-self-start" onClick={() => set({ variants: after.variants })}>
                {after.left > 0 ? `Use the first ${fresh.length - after.left}` : `Use all ${fresh.length}`}
              </Button>
            )}
            <AnsweredBy origin={answer} />
          </section>
        )}
      </div>
    </Card>
  );
}
