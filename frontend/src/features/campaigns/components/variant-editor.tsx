import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { Channel } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";
import { smsSize } from "@/lib/sms";
import type { VariantValues } from "./campaign-values";
import { PlaceholderPicker } from "./placeholder-picker";

const TAG = /<\/?[a-z][^<>]*>/i;

type VariantEditorProps = {
  variant: VariantValues;
  /** Absent when there is only one. */
  title?: string;
  /** The part of the recipients that gets it, where there are several. */
  part?: number | undefined;
  /** Whether it was just asked for: then one writes in it at once. */
  isNew: boolean;
  channel: Channel;
  /** Keys of attributes that can be filled in. */
  attributes: readonly string[];
  faults: Record<"whole" | "subject" | "body" | "share", string | undefined>;
  onChange: (part: Partial<VariantValues>) => void;
  onRemove?: (() => void) | undefined;
};

export function VariantEditor(props: VariantEditorProps) {
  const { variant, title, part, isNew, channel, attributes, faults, onChange, onRemove } = props;
  const subject = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTextAreaElement>(null);
  const [into, setInto] = useState<"subject" | "body">("body");
  const recipients = part === undefined ? "" : formatShare(part, 1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only on arrival
  useEffect(() => {
    if (isNew) (subject.current ?? body.current)?.focus();
  }, []);

  function insert(text: string) {
    const field = subject.current && into === "subject" ? "subject" : "body";
    const control = field === "subject" ? subject.current : body.current;
    const typed = variant[field];
    const from = control?.selectionStart ?? typed.length;
    const to = control?.selectionEnd ?? from;
    // At once, so that the cursor goes behind it, and nobody who has gone on to another field is called back.
    flushSync(() => onChange({ [field]: typed.slice(0, from) + text + typed.slice(to) }));
    control?.focus();
    control?.setSelectionRange(from + text.length, from + text.length);
  }

  return (
    <fieldset className="relative grid gap-4">
      <legend className={title ? "pb-4 font-semibold" : "sr-only"}>{title ?? t`Message`}</legend>
      {onRemove && (
        <Button
          look="quiet"
          className="absolute -top-11 right-0"
          icon={<Trash2 aria-hidden />}
          onClick={onRemove}
          aria-label={title && t`Remove ${title}`}
        >
          <Trans>Remove</Trans>
        </Button>
      )}
      {channel === "email" && (
        <Field label={t`Subject`} error={faults.subject}>
          {(control) => (
            <input
              {...control}
              ref={subject}
              value={variant.subject}
              maxLength={200}
              onFocus={() => setInto("subject")}
              onChange={(event) => onChange({ subject: event.target.value })}
              className="control"
            />
          )}
        </Field>
      )}
      <Field
        label={t`Message`}
        error={faults.body ?? faults.whole}
        hint={
          channel !== "email" &&
          TAG.test(variant.body) &&
          t`Only e-mails are HTML: here, tags such as <p> are sent as they are typed.`
        }
      >
        {(control) => (
          <textarea
            {...control}
            ref={body}
            rows={6}
            value={variant.body}
            maxLength={10_000}
            onFocus={() => setInto("body")}
            placeholder={'Hello {{name|default("there")}}, …'}
            onChange={(event) => onChange({ body: event.target.value })}
            className="control resize-y leading-relaxed"
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-2 text-sm text-muted">
        <PlaceholderPicker attributes={attributes} onInsert={insert} />
        <span className="ml-auto tabular-nums">{lengthInWords(variant.body, channel)}</span>
      </div>
      {title && (
        <Field
          label={t`Share`}
          optional
          error={faults.share}
          hint={
            part === undefined
              ? t`Relative to the other variants.`
              : t`Relative to the other variants: ${recipients} of the recipients get it.`
          }
        >
          {(control) => (
            <input
              {...control}
              inputMode="decimal"
              autoComplete="off"
              placeholder="1"
              value={variant.share}
              maxLength={8}
              onChange={(event) => onChange({ share: event.target.value })}
              className="control max-w-28 tabular-nums"
            />
          )}
        </Field>
      )}
    </fieldset>
  );
}

/** What is typed; values in place of the placeholders make an SMS longer or shorter. */
function lengthInWords(body: string, channel: Channel): string {
  const length = plural(body.length, { one: "# character", other: "# characters" });
  if (channel !== "sms") return length;
  const { segments, encoding, left } = smsSize(body);
  const room = formatNumber(left);
  return body.includes("{{")
    ? t`${length} · about ${plural(segments, { one: "# segment", other: "# segments" })} (${encoding}), ${room} left`
    : t`${length} · ${plural(segments, { one: "# segment", other: "# segments" })} (${encoding}), ${room} left`;
}
