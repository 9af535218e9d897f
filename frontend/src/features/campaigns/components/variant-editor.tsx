import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Trash2 } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { Channel } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";
import { smsSize } from "@/lib/sms";
import type { VariantValues } from "./campaign-values";

const placeholders = () => [
  { insert: '{{name|default("there")}}', label: t`Name` },
  { insert: "{{city}}", label: t`City` },
  { insert: "{{attributes.plan}}", label: t`Attribute` },
];

type VariantEditorProps = {
  variant: VariantValues;
  /** Absent when there is only one. */
  title?: string;
  /** The part of the recipients that gets it, where there are several. */
  part?: number | undefined;
  channel: Channel;
  faults: Record<"whole" | "subject" | "body" | "share", string | undefined>;
  onChange: (part: Partial<VariantValues>) => void;
  onRemove?: (() => void) | undefined;
};

export function VariantEditor(props: VariantEditorProps) {
  const { variant, title, part, channel, faults, onChange, onRemove } = props;
  const body = useRef<HTMLTextAreaElement>(null);
  const recipients = part === undefined ? "" : formatShare(part, 1);

  function insert(text: string) {
    const area = body.current;
    const from = area?.selectionStart ?? variant.body.length;
    const to = area?.selectionEnd ?? from;
    onChange({ body: variant.body.slice(0, from) + text + variant.body.slice(to) });
    requestAnimationFrame(() => {
      area?.focus();
      area?.setSelectionRange(from + text.length, from + text.length);
    });
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
              value={variant.subject}
              maxLength={200}
              onChange={(event) => onChange({ subject: event.target.value })}
              className="control"
            />
          )}
        </Field>
      )}
      <Field label={t`Message`} error={faults.body ?? faults.whole}>
        {(control) => (
          <textarea
            {...control}
            ref={body}
            rows={6}
            value={variant.body}
            maxLength={10_000}
            placeholder={'Hello {{name|default("there")}}, …'}
            onChange={(event) => onChange({ body: event.target.value })}
            className="control resize-y leading-relaxed"
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-2 text-sm text-muted">
        <span>
          <Trans>Insert</Trans>
        </span>
        {placeholders().map((placeholder) => (
          <button
            key={placeholder.label}
            type="button"
            onClick={() => insert(placeholder.insert)}
            title={placeholder.insert}
            className="min-h-7 rounded-md border border-line bg-surface px-2.5 text-ink hover:bg-sunken"
          >
            {placeholder.label}
          </button>
        ))}
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
