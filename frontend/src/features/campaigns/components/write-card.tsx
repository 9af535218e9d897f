import { plural, t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { Check, Plus, Sparkles } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { AnsweredBy, AssistantStatus, NotUsed } from "@/components/ui/assistant";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Failure } from "@/components/ui/states";
import { useAssistant } from "@/lib/assistant";
import { channelName } from "@/lib/channel-name";
import { formatNumber } from "@/lib/format";

import { faultsByField } from "@/lib/problem";
import type { CampaignValues } from "./campaign-values";
import { type Proposed, ProposedMessage } from "./proposed-message";
import { isTaken, MAX_VARIANTS, withProposed } from "./take-over";

/** As the assistant is asked for them, and as they are called here. */
const tones = (): { value: string; label: string }[] => [
  { value: "friendly", label: t`Friendly` },
  { value: "warm", label: t`Warm` },
  { value: "professional", label: t`Professional` },
  { value: "playful", label: t`Playful` },
  { value: "urgent", label: t`Urgent` },
];
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
  const channelLabel = channelName(channel);
  const askedLabel = asked ? channelName(asked.channel) : t`another channel`;
  const proposed: Proposed[] = answer?.messages ?? [];
  const fresh = proposed.filter((message) => !isTaken(message, values));
  const after = withProposed(variants, fresh);
  const room = formatNumber(fresh.length - after.left);

  // What was pressed is gone then.
  useEffect(() => {
    if (wasOpen.current !== open) (first.current ?? opener.current)?.focus();
    wasOpen.current = open;
  }, [open]);

  function ask() {
    if (objective.trim() === "" || isBusy) return;
    const body = { objective: objective.trim(), channel, count };
    assistant.ask({
      body: { ...body, ...(segmentId && { segmentId }), ...(tone && { tone }) },
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
        <Trans>Write with the assistant</Trans>
      </Button>
    );
  }
  return (
    <Card
      title={t`Write with the assistant`}
      actions={
        <Button look="quiet" onClick={() => setOpen(false)}>
          <Trans>Close</Trans>
        </Button>
      }
    >
      <div className="grid gap-4">
        <Field
          label={t`Objective`}
          error={faults.objective}
          hint={t`What the campaign is for. Only what it says is promised: discounts, dates and links are yours to give.`}
        >
          {(control) => (
            <input
              {...control}
              ref={first}
              value={objective}
              maxLength={500}
              placeholder={t`e.g. Win back customers with 10% off until Sunday`}
              onChange={(event) => set({ objective: event.target.value })}
              onKeyDown={onKeyDown}
              className="control"
            />
          )}
        </Field>
        <div className="flex flex-wrap items-end gap-3">
          <Field label={t`Tone`} error={faults.tone}>
            {(control) => (
              <select
                {...control}
                value={tone}
                onChange={(event) => setTone(event.target.value)}
                className="control w-auto"
              >
                <option value="">
                  <Trans>As it fits</Trans>
                </option>
                {tones().map((one) => (
                  <option key={one.value} value={one.value}>
                    {one.label}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t`How many`} error={faults.count}>
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
            {t`${plural(count, { one: "# message", other: "# messages" })} for ${channelLabel}`}
          </Button>
        </div>
        <AssistantStatus phase={phase} onCancel={assistant.cancel} />
        {phase === "failed" && Object.keys(faults).length === 0 && (
          <Failure error={error} onRetry={ask} className="py-3" />
        )}
        {answer && (
          <section aria-label={t`Proposed messages`} className="grid gap-3">
            <NotUsed parts={answer.unsupported ?? []} />
            <p role="status" className="text-sm text-muted">
              {isForChannel
                ? t`${plural(proposed.length, { one: "# proposal", other: "# proposals" })}. What you have written stays; proposals are added to it.`
                : t`These were written for ${askedLabel}. Ask again for ${channelLabel}.`}
            </p>
            <ol className="grid gap-3">
              {proposed.map((message) => (
                <li key={`${message.subject}\n${message.body}`}>
                  <ProposedMessage message={message} channel={asked?.channel ?? channel}>
                    {isTaken(message, values) ? (
                      <p className="inline-flex min-h-9.5 items-center gap-1.5 text-sm text-accent [&_svg]:size-4">
                        <Check aria-hidden /> <Trans>Taken over</Trans>
                      </p>
                    ) : (
                      <Button
                        icon={<Plus aria-hidden />}
                        disabled={!isForChannel || withProposed(variants, [message]).left > 0}
                        onClick={() => set({ variants: withProposed(variants, [message]).variants })}
                      >
                        <Trans>Use this one</Trans>
                      </Button>
                    )}
                  </ProposedMessage>
                </li>
              ))}
            </ol>
            {isForChannel && fresh.length > 0 && after.left > 0 && (
              <p className="text-sm text-muted">
                <Plural
                  value={MAX_VARIANTS}
                  one="A campaign has at most # variant: remove one to make room for more."
                  other="A campaign has at most # variants: remove one to make room for more."
                />
              </p>
            )}
            {isForChannel && fresh.length > 1 && after.left < fresh.length && (
              <Button className="justify-self-start" onClick={() => set({ variants: after.variants })}>
                {after.left > 0 ? t`Use the first ${room}` : t`Use all ${room}`}
              </Button>
            )}
            <AnsweredBy origin={answer} />
          </section>
        )}
      </div>
    </Card>
  );
}
