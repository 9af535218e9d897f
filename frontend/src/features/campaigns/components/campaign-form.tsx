import { Mail, MessageCircle, MessageSquare, Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Choices, Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import type { CampaignDraft, Channel, Variant } from "@/lib/contract";
import { faultsByField } from "@/lib/problem";
import { useSegmentName, useSegments } from "@/lib/segments";
import { VariantEditor } from "./variant-editor";

const CHANNELS: { value: Channel; label: string; hint: string; icon: React.ReactNode }[] = [
  { value: "email", label: "E-mail", hint: "With a subject", icon: <Mail aria-hidden /> },
  { value: "sms", label: "SMS", hint: "Short text", icon: <MessageSquare aria-hidden /> },
  { value: "whatsapp", label: "WhatsApp", hint: "Text", icon: <MessageCircle aria-hidden /> },
];
const MAX_VARIANTS = 5;

/** A draft as it is typed; variants have keys so that removing one does not mix up the others. */
type Draft = {
  name: string;
  segmentId: string;
  channel: Channel;
  objective: string;
  variants: (Variant & { key: number })[];
};

type CampaignFormProps = {
  segmentId: string;
  busy: boolean;
  error: unknown;
  /** The draft is complete; the server's objections come back as `error`. */
  onReview: (draft: CampaignDraft) => void;
};

export function CampaignForm({ segmentId, busy, error, onReview }: CampaignFormProps) {
  const [draft, setDraft] = useState<Draft>({
    name: "",
    segmentId,
    channel: "email",
    objective: "",
    variants: [{ key: 1, subject: "", body: "" }],
  });
  const [tried, setTried] = useState(false);
  const own = tried ? ownFaults(draft) : {};
  const faults: Record<string, string> = { ...faultsByField(error), ...own };
  const change = (part: Partial<Draft>) => setDraft((current) => ({ ...current, ...part }));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(ownFaults(draft)).length === 0) onReview(toWire(draft));
  }

  return (
    <form onSubmit={submit} noValidate className="grid max-w-3xl gap-5">
      <Card title="Audience and channel">
        <div className="grid gap-5">
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Campaign name" error={faults.name}>
              {(control) => (
                <input
                  {...control}
                  value={draft.name}
                  maxLength={200}
                  placeholder="e.g. Diwali early access"
                  onChange={(event) => change({ name: event.target.value })}
                  className="control"
                />
              )}
            </Field>
            <SegmentField
              value={draft.segmentId}
              error={faults.segmentId}
              onChange={(next) => change({ segmentId: next })}
            />
          </div>
          <Choices
            legend="Channel"
            name="channel"
            value={draft.channel}
            choices={CHANNELS}
            onChange={(channel) => change({ channel })}
          />
          <Field
            label="Objective"
            optional
            error={faults.objective}
            hint="What it is for; kept with the campaign."
          >
            {(control) => (
              <input
                {...control}
                value={draft.objective}
                maxLength={500}
                onChange={(event) => change({ objective: event.target.value })}
                className="control"
              />
            )}
          </Field>
        </div>
      </Card>
      <Card title={draft.variants.length > 1 ? "Messages" : "Message"}>
        <div className="grid gap-6">
          {draft.variants.map((variant, index) => (
            <VariantEditor
              key={variant.key}
              variant={variant}
              {...(draft.variants.length > 1 ? { title: `Variant ${index + 1}` } : {})}
              channel={draft.channel}
              faults={{
                subject: faults[`variants.${index}.subject`],
                body: faults[`variants.${index}.body`],
              }}
              onChange={(next) =>
                change({
                  variants: draft.variants.map((other) =>
                    other.key === variant.key ? { ...next, key: other.key } : other,
                  ),
                })
              }
              onRemove={
                draft.variants.length > 1
                  ? () => change({ variants: draft.variants.filter((other) => other.key !== variant.key) })
                  : undefined
              }
            />
          ))}
          {draft.variants.length < MAX_VARIANTS && (
            <Button
              className="justify-self-start"
              icon={<Plus aria-hidden />}
              onClick={() =>
                change({
                  variants: [
                    ...draft.variants,
                    { key: Math.max(...draft.variants.map(({ key }) => key)) + 1, subject: "", body: "" },
                  ],
                })
              }
            >
              Another variant
            </Button>
          )}
          <p className="text-sm text-muted">
            Placeholders are filled in for each person. With{" "}
            <code className="rounded bg-sunken px-1 text-ink">{'{{name|default("there")}}'}</code> people
            without a name read “there”; your own attributes are written{" "}
            <code className="rounded bg-sunken px-1 text-ink">{"{{attributes.x}}"}</code>.
          </p>
        </div>
      </Card>
      <FormProblem error={error} shown={shownFields(error, draft)} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" busy={busy}>
          Review and launch
        </Button>
        <ButtonLink look="quiet" to="/campaigns">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}

type SegmentFieldProps = { value: string; error: string | undefined; onChange: (id: string) => void };

function SegmentField({ value, error, onChange }: SegmentFieldProps) {
  const segments = useSegments();
  const listed = segments.items.some((segment) => segment.id === value);
  const name = useSegmentName(listed || segments.isPending ? "" : value);
  const hint = segments.isError ? (
    "The segments could not be loaded."
  ) : segments.data && segments.items.length === 0 ? (
    <>
      There is no segment yet.{" "}
      <Link to="/segments/new" className="text-accent underline">
        Create one
      </Link>{" "}
      first.
    </>
  ) : undefined;
  return (
    <Field label="Segment" error={error} hint={hint}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => {
            if (event.target.value === "more") void segments.fetchNextPage();
            else onChange(event.target.value);
          }}
          className="control"
        >
          <option value="">{segments.isPending ? "Loading…" : "Choose an audience"}</option>
          {value !== "" && !listed && <option value={value}>{name.data ?? "Chosen segment"}</option>}
          {segments.items.map((segment) => (
            <option key={segment.id} value={segment.id}>
              {segment.name}
            </option>
          ))}
          {segments.hasNextPage && <option value="more">Load more segments…</option>}
        </select>
      )}
    </Field>
  );
}

function ownFaults(draft: Draft): Record<string, string> {
  const faults: Record<string, string> = {};
  if (draft.name.trim() === "") faults.name = "Give the campaign a name.";
  if (draft.segmentId === "") faults.segmentId = "Choose whom it goes to.";
  draft.variants.forEach((variant, index) => {
    if (draft.channel === "email" && !variant.subject?.trim()) {
      faults[`variants.${index}.subject`] = "An e-mail needs a subject.";
    }
    if (variant.body.trim() === "") faults[`variants.${index}.body`] = "Write a message.";
  });
  return faults;
}

function toWire(draft: Draft): CampaignDraft {
  return {
    name: draft.name.trim(),
    segmentId: draft.segmentId,
    channel: draft.channel,
    ...(draft.objective.trim() ? { objective: draft.objective.trim() } : {}),
    variants: draft.variants.map(({ subject, body }) =>
      draft.channel === "email" ? { subject: subject?.trim() ?? "", body } : { body },
    ),
  };
}

/** The faults that stand at a field of this form, in the server's own spelling. */
function shownFields(error: unknown, draft: Draft): string[] {
  const fields = ["name", "segmentId", "objective"];
  draft.variants.forEach((_, index) => {
    fields.push(`variants.${index}.subject`, `variants.${index}.body`);
  });
  return fields.filter((field) => field in faultsByField(error));
}
