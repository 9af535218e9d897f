import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";

/** As many as fit under a message; the others can be typed. */
const MOST = 8;

type PlaceholderPickerProps = {
  /** Keys that people of the segment have. */
  attributes: readonly string[];
  onInsert: (placeholder: string) => void;
};

/** What can be filled in for each person. */
export function PlaceholderPicker({ attributes, onInsert }: PlaceholderPickerProps) {
  return (
    <fieldset className="contents">
      <legend className="sr-only">
        <Trans>Placeholders</Trans>
      </legend>
      <span aria-hidden>
        <Trans>Insert</Trans>
      </span>
      {placeholders(attributes).map(({ insert, label }) => (
        <button
          key={insert}
          type="button"
          onClick={() => onInsert(insert)}
          title={insert}
          className="min-h-7 rounded-md border border-line bg-surface px-2.5 text-ink hover:bg-sunken"
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function placeholders(attributes: readonly string[]): { insert: string; label: string }[] {
  const known = attributes.slice(0, MOST).map((key) => ({ insert: `{{${memberOf(key)}}}`, label: key }));
  return [
    { insert: '{{name|default("there")}}', label: t`Name` },
    { insert: "{{city}}", label: t`City` },
    { insert: "{{email}}", label: t`E-mail` },
    ...(known.length > 0 ? known : [{ insert: "{{attributes.plan}}", label: t`Attribute` }]),
  ];
}

/** A key that begins with a digit is no name in a template. */
function memberOf(key: string): string {
  return /^\d/.test(key) ? `attributes["${key}"]` : `attributes.${key}`;
}
