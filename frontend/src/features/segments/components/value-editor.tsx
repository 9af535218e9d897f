import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { createContext, use, useEffect, useId, useState } from "react";
import { type RuleType, update, type ValueEditorProps } from "react-querybuilder";
import { formatSpan, parseSpan, SPAN_UNITS, type Span, type SpanUnit, spanFault } from "@/lib/rules/span";
import { type FieldKind, findField, type RuleField, shapeOf } from "@/lib/rules/vocabulary";
import { coerceValue, ruleFault } from "@/lib/rules/wire";
import { SegmentsInput } from "./segments-input";

export type BuilderContext = {
  attributes: readonly RuleField[];
  faultsShown: boolean;
  /** The segment whose rules these are, when it exists already. */
  self: string | undefined;
};

/** What a control that takes part of a value says of itself: whether that is wrong, and where the reason stands. */
type Judged = { "aria-invalid"?: true; "aria-describedby"?: string };
const JudgedContext = createContext<Judged>({});
const useJudged = () => use(JudgedContext);

/** The value of a condition in the shape that its operator wants, and the stretch of time that it looks at. */
export function RuleValueEditor(props: ValueEditorProps) {
  const { attributes, faultsShown, self } = props.context as BuilderContext;
  const field = findField(props.field, attributes);
  const id = useId();
  if (!field) return null;
  const rule = props.rule as RuleType & { within?: string };
  const fault = ruleFault(
    {
      field: rule.field,
      operator: rule.operator,
      value: rule.value,
      ...(rule.within ? { within: rule.within } : {}),
    },
    attributes,
  );
  const judged: Judged = faultsShown && fault ? { "aria-invalid": true, "aria-describedby": id } : {};
  // The first of the two that is wrong is what is spoken of.
  const isOfWindow =
    field.windowed && rule.within !== undefined && spanFault(parseSpan(rule.within)) !== undefined;
  const setWithin = (within: string | undefined) => {
    const { getQuery, dispatchQuery } = props.schema;
    dispatchQuery(update(getQuery(), "within" as keyof RuleType, within, props.path));
  };
  return (
    <div className="rule-editor grid gap-1.5">
      <div className="flex flex-wrap items-center gap-1.5">
        <JudgedContext value={isOfWindow ? {} : judged}>
          {field.kind === "segment" ? (
            <SegmentsInput
              label={field.label}
              value={coerceValue(field.kind, props.operator, props.value) as string[]}
              self={self}
              judged={judged}
              onChange={props.handleOnChange}
            />
          ) : (
            <Value
              kind={field.kind}
              operator={props.operator}
              label={field.label}
              value={coerceValue(field.kind, props.operator, props.value)}
              onChange={props.handleOnChange}
            />
          )}
        </JudgedContext>
        {field.windowed && (
          <JudgedContext value={isOfWindow ? judged : {}}>
            <Window value={rule.within} onChange={setWithin} />
          </JudgedContext>
        )}
      </div>
      {faultsShown && fault && (
        <p id={id} className="text-sm text-danger">
          {t`This condition ${fault}.`}
        </p>
      )}
    </div>
  );
}

type ValueProps = {
  kind: FieldKind;
  operator: string;
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
};

function Value({ kind, operator, label, value, onChange }: ValueProps) {
  switch (shapeOf(operator)) {
    case "none":
      return null;
    case "span":
      return <SpanInput label={label} value={String(value)} onChange={onChange} />;
    case "list":
      return (
        <ListInput
          label={t`${label}: values`}
          numbers={kind === "number"}
          value={value as unknown[]}
          onChange={onChange}
        />
      );
    case "pair": {
      const [from, to] = value as [unknown, unknown];
      return (
        <>
          <One kind={kind} label={t`${label}: from`} value={from} onChange={(next) => onChange([next, to])} />
          <span className="text-sm text-muted">
            <Trans>and</Trans>
          </span>
          <One kind={kind} label={t`${label}: to`} value={to} onChange={(next) => onChange([from, next])} />
        </>
      );
    }
    default:
      return <One kind={kind} label={t`${label}: value`} value={value} onChange={onChange} />;
  }
}

type OneProps = { kind: FieldKind; label: string; value: unknown; onChange: (value: unknown) => void };

function One({ kind, label, value, onChange }: OneProps) {
  const judged = useJudged();
  if (kind === "boolean") {
    return (
      <select
        aria-label={label}
        value={String(value)}
        onChange={(event) => onChange(event.target.value === "true")}
        className="control w-auto"
      >
        <option value="true">{t`yes`}</option>
        <option value="false">{t`no`}</option>
      </select>
    );
  }
  if (kind === "number") return <NumberInput label={label} value={value} onChange={onChange} />;
  if (kind === "time") return <TimeInput label={label} value={String(value)} onChange={onChange} />;
  return (
    <input
      {...judged}
      aria-label={label}
      value={String(value ?? "")}
      maxLength={500}
      onChange={(event) => onChange(event.target.value)}
      className="control w-32 grow"
    />
  );
}

/** Keeps what is typed ("1." on the way to "1.5") and hands on the number. */
function NumberInput({ label, value, onChange }: Omit<OneProps, "kind">) {
  const [text, setText] = useDraft(value, (shown) => toNumber(shown), String);
  return (
    <input
      {...useJudged()}
      aria-label={label}
      inputMode="decimal"
      autoComplete="off"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(toNumber(event.target.value));
      }}
      className="control w-24 tabular-nums"
    />
  );
}

/** A day, as a rule; a time of day that came with a stored rule is kept until it is changed. */
function TimeInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: unknown) => void;
}) {
  const judged = useJudged();
  if (value.length > 10) {
    return (
      <input
        {...judged}
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="control w-56 tabular-nums"
      />
    );
  }
  return (
    <input
      {...judged}
      type="date"
      aria-label={label}
      min="1900-01-01"
      max="2199-12-31"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="control w-36"
    />
  );
}

type ListInputProps = {
  label: string;
  numbers: boolean;
  value: unknown[];
  onChange: (value: unknown[]) => void;
};

function ListInput({ label, numbers, value, onChange }: ListInputProps) {
  const parse = (text: string) => {
    const parts = text.split(",").map((part) => part.trim());
    return parts.filter(Boolean).map((part) => {
      const number = numbers ? toNumber(part) : part;
      return number === "" ? part : number;
    });
  };
  const [text, setText] = useDraft<unknown[]>(value, parse, (list) => list.join(", "));
  return (
    <input
      {...useJudged()}
      aria-label={t`${label}, separated by commas`}
      placeholder={t`one, two, three`}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(parse(event.target.value));
      }}
      className="control w-32 grow"
    />
  );
}

type SpanInputProps = { label: string; value: string; onChange: (value: string) => void };

function SpanInput({ label, value, onChange }: SpanInputProps) {
  const span = parseSpan(value);
  const judged = useJudged();
  const change = (next: Span) => onChange(formatSpan(next));
  return (
    <>
      <select
        aria-label={t`${label}: stretch of time`}
        value={span.type}
        onChange={(event) =>
          change(
            event.target.value === "days"
              ? { type: "days", from: "", to: "" }
              : { type: "last", amount: 30, unit: "days" },
          )
        }
        className="control w-auto"
      >
        <option value="last">{t`the last`}</option>
        <option value="days">{t`between`}</option>
        {span.type === "other" && <option value="other">{t`the stretch`}</option>}
      </select>
      {span.type === "last" && (
        <>
          <input
            {...judged}
            aria-label={t`${label}: length`}
            type="number"
            min={1}
            max={999_999}
            value={span.amount || ""}
            onChange={(event) =>
              change({
                ...span,
                amount: Math.max(0, Math.min(999_999, Math.trunc(Number(event.target.value)))),
              })
            }
            className="control w-16 tabular-nums"
          />
          <select
            aria-label={t`${label}: unit`}
            value={span.unit}
            onChange={(event) => change({ ...span, unit: event.target.value as SpanUnit })}
            className="control w-auto"
          >
            {SPAN_UNITS.map((unit) => (
              <option key={unit} value={unit}>
                {unitName(unit)}
              </option>
            ))}
          </select>
        </>
      )}
      {span.type === "days" && (
        <>
          <TimeInput
            label={t`${label}: first day`}
            value={span.from}
            onChange={(from) => change({ ...span, from: String(from) })}
          />
          <span className="text-sm text-muted">
            <Trans>and</Trans>
          </span>
          <TimeInput
            label={t`${label}: last day`}
            value={span.to}
            onChange={(to) => change({ ...span, to: String(to) })}
          />
        </>
      )}
      {span.type === "other" && (
        <input
          {...judged}
          aria-label={t`${label}: ISO 8601 duration`}
          value={span.text}
          onChange={(event) => onChange(event.target.value)}
          className="control w-28"
        />
      )}
    </>
  );
}

/** Which orders a condition about orders looks at. */
function Window({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  return (
    <>
      <select
        aria-label={t`Orders looked at`}
        value={value === undefined ? "ever" : "within"}
        onChange={(event) => onChange(event.target.value === "ever" ? undefined : "P90D")}
        className="control w-auto"
      >
        <option value="ever">{t`of all orders`}</option>
        <option value="within">{t`of orders in`}</option>
      </select>
      {value !== undefined && <SpanInput label={t`Orders in`} value={value} onChange={onChange} />}
    </>
  );
}

/** Text of a control whose value is something else: follows the value unless the text already stands for it. */
function useDraft<T>(value: T, parse: (text: string) => unknown, show: (value: T) => string) {
  const [text, setText] = useState(() => show(value));
  const given = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new value may replace the text
  useEffect(() => {
    if (JSON.stringify(parse(text)) !== given) setText(show(value));
  }, [given]);
  return [text, setText] as const;
}

function unitName(unit: SpanUnit): string {
  const names: Record<SpanUnit, string> = {
    hours: t`hours`,
    days: t`days`,
    weeks: t`weeks`,
    months: t`months`,
    years: t`years`,
  };
  return names[unit];
}

/** Commas only where they group: `99,50` is no number, rather than a hundredfold one. */
const GROUPED = /^-?\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$/;

function toNumber(text: string): number | "" {
  const typed = text.replace(/[\s_]/g, "");
  const plain = GROUPED.test(typed) ? typed.replaceAll(",", "") : typed;
  return /^-?\d*\.?\d+$/.test(plain) || /^-?\d+\.$/.test(plain) ? Number(plain) : "";
}
