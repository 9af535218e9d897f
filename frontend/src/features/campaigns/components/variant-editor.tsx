import { Trash2 } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { Channel, Variant } from "@/lib/contract";
import { plural } from "@/lib/format";

const PLACEHOLDERS = [
  { insert: '{{name|default("there")}}', label: "Name" },
  { insert: "{{city}}", label: "City" },
  { insert: "{{attributes.plan}}", label: "Attribute" },
];

type VariantEditorProps = {
  variant: Variant;
  /** Absent when there is only one. */
  title?: string;
  channel: Channel;
  faults: { subject?: string | undefined; body?: string | undefined };
  onChange: (variant: Variant) => void;
  onRemove?: (() => void) | undefined;
};

export function VariantEditor({ variant, title, channel, faults, onChange, onRemove }: VariantEditorProps) {
  const body = useRef<HTMLTextAreaElement>(null);

  function insert(text: string) {
    const area = body.current;
    const from = area?.selectionStart ?? variant.body.length;
    const to = area?.selectionEnd ?? from;
    onChange({ ...variant, body: variant.body.slice(0, from) + text + variant.body.slice(to) });
    requestAnimationFrame(() => {
      area?.focus();
      area?.setSelectionRange(from + text.length, from + text.length);
    });
  }

  return (
    <fieldset className="relative grid gap-4">
      <legend className={title ? "pb-4 font-semibold" : "sr-only"}>{title ?? "Message"}</legend>
      {onRemove && (
        <Button
          look="quiet"
          className="absolute -top-11 right-0"
          icon={<Trash2 aria-hidden />}
          onClick={onRemove}
          aria-label={`Remove ${title}`}
        >
          Remove
        </Button>
      )}
      {channel === "email" && (
        <Field label="Subject" error={faults.subject}>
          {(control) => (
            <input
              {...control}
              value={variant.subject ?? ""}
              maxLength={200}
              onChange={(event) => onChange({ ...variant, subject: event.target.value })}
              className="control"
            />
          )}
        </Field>
      )}
      <Field label="Message" error={faults.body}>
        {(control) => (
          <textarea
            {...control}
            ref={body}
            rows={6}
            value={variant.body}
            placeholder={'Hello {{name|default("there")}}, …'}
            onChange={(event) => onChange({ ...variant, body: event.target.value })}
            className="control resize-y leading-relaxed"
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-2 text-sm text-muted">
        <span>Insert</span>
        {PLACEHOLDERS.map((placeholder) => (
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
        <span className="ml-auto tabular-nums">{plural(variant.body.length, "character")}</span>
      </div>
    </fieldset>
  );
}
