import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { add as addToQuery, prepareRuleGroup, type RuleGroupType } from "react-querybuilder";
import { Button, ButtonLink } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import type { RuleGroup } from "@/lib/contract";
import { useGoToFault } from "@/lib/go-to-fault";
import { readOnly } from "@/lib/permissions";
import { faultsByField, fieldPath, Problem } from "@/lib/problem";
import type { RuleField } from "@/lib/rules/vocabulary";
import { operatorsOf } from "@/lib/rules/vocabulary";
import { attributesIn, coerceValue, queryFault, toWire } from "@/lib/rules/wire";
import { conditionName } from "./condition-name";
import { DescribeBox } from "./describe-box";
import { PreviewCard } from "./preview-card";
import { RuleBuilder } from "./rule-builder";
import { fieldsOf, keptOf, type SegmentValues, type SegmentWritten } from "./segment-values";

type SegmentFormProps = {
  /** Of a list there is only a name here. */
  values: SegmentValues;
  onChange: (values: SegmentValues) => void;
  /** Who may not save is shown the rules and whom they describe, and nothing to save them by. */
  isReadOnly?: boolean;
  /** Chooses the kind of a new segment. */
  kindChoice?: ReactNode;
  /** The segment that is edited. */
  self?: string;
  submitLabel: string;
  cancelTo: string;
  busy: boolean;
  error: unknown;
  /** Beside what went wrong: what else can be done with the form as it is by then. */
  remedy?: { label: string; onSubmit: (draft: SegmentWritten) => void } | undefined;
  onCancel: () => void;
  onSubmit: (draft: SegmentWritten) => void;
};

const OWN_FIELDS = ["name", "description"];

export function SegmentForm(props: SegmentFormProps) {
  const { values, onChange, isReadOnly, kindChoice, self, submitLabel, cancelTo, busy, error, remedy } =
    props;
  const { name, description, query } = values;
  const isList = values.kind === "list";
  const attributes = useMemo(() => fieldsOf(values.attributes), [values.attributes]);
  const set = (part: Partial<SegmentValues>) => onChange({ ...values, ...part });
  const [tried, setTried] = useState(0);
  const form = useGoToFault(tried, error);
  /** What the builder had before the assistant's rules came into it, and what those became there. */
  const [replaced, setReplaced] = useState<{ query: RuleGroupType; by: string } | null>(null);
  const rulesHeading = useRef<HTMLHeadingElement>(null);

  const rules = useMemo(() => toWire(query, attributes), [query, attributes]);
  const written = JSON.stringify(rules);
  const rulesFault = isList ? undefined : queryFault(rules, attributes);
  const refused = faultsByField(error);
  const nameFault = tried > 0 && name.trim() === "" ? t`Give the segment a name.` : refused.name;

  function addAttribute(field: RuleField) {
    const operator = operatorsOf(field.kind)[0]?.name ?? "=";
    const value = coerceValue(field.kind, operator, undefined) ?? "";
    const condition = { field: field.name, operator, value };
    set({
      attributes: keptOf([...attributes, field]),
      query: addToQuery(query, condition, []) as RuleGroupType,
    });
  }

  function adopt(proposed: RuleGroup) {
    const fields = withAttributes(attributes, proposed);
    setReplaced({ query, by: JSON.stringify(toWire(proposed, fields)) });
    set({ attributes: keptOf(fields), query: prepareRuleGroup(proposed as RuleGroupType) });
    // The button is gone: on to what it was pressed for.
    rulesHeading.current?.focus();
  }

  function takeBack() {
    if (replaced) set({ query: replaced.query });
    setReplaced(null);
    rulesHeading.current?.focus();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isReadOnly) send(props.onSubmit);
  }

  function send(how: (draft: SegmentWritten) => void) {
    setTried(tried + 1);
    if (name.trim() === "" || rulesFault) return;
    const named = { name: name.trim(), description: description.trim() || null };
    how(isList ? named : { ...named, rules });
  }

  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18rem]"
    >
      <div className="grid min-w-0 gap-5">
        {!isReadOnly && (
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t`Name`} error={nameFault}>
              {(control) => (
                <input
                  {...control}
                  value={name}
                  maxLength={200}
                  placeholder={t`e.g. Big spenders`}
                  onChange={(event) => set({ name: event.target.value })}
                  className="control"
                />
              )}
            </Field>
            <Field label={t`Description`} optional error={refused.description}>
              {(control) => (
                <input
                  {...control}
                  value={description}
                  maxLength={500}
                  onChange={(event) => set({ description: event.target.value })}
                  className="control"
                />
              )}
            </Field>
          </div>
        )}
        {kindChoice}
        {!isList && (
          <DescribeBox
            prompt={values.prompt}
            onPrompt={(prompt) => set({ prompt })}
            isInUse={(proposed) =>
              JSON.stringify(toWire(proposed, withAttributes(attributes, proposed))) === written
            }
            onUse={adopt}
            onUndo={replaced?.by === written ? takeBack : undefined}
          />
        )}
        {!isList && (
          <section aria-labelledby="rules-heading" className="grid gap-2">
            <h2
              ref={rulesHeading}
              id="rules-heading"
              tabIndex={-1}
              className="text-sm font-medium outline-none"
            >
              <Trans>Customers who match</Trans>
            </h2>
            <RuleBuilder
              query={query}
              attributes={attributes}
              faultsShown={tried > 0}
              self={self}
              onChange={(next) => set({ query: next })}
              onAttribute={addAttribute}
            />
          </section>
        )}
        {tried > 0 && rulesFault && (
          <p role="alert" className="text-sm text-danger">
            {rulesFault}
          </p>
        )}
        <FormProblem
          error={error}
          shown={error instanceof Problem ? error.errors.map(({ field }) => field).filter(isOwn) : []}
          name={conditionName}
        />
        {remedy && (
          <div>
            <Button busy={busy} onClick={() => send(remedy.onSubmit)}>
              {remedy.label}
            </Button>
          </div>
        )}
        {isReadOnly ? (
          <p className="text-sm text-muted">{readOnly()}</p>
        ) : (
          <div className="flex gap-2">
            <Button type="submit" look="primary" busy={busy}>
              {submitLabel}
            </Button>
            <ButtonLink look="quiet" to={cancelTo} onClick={props.onCancel}>
              <Trans>Cancel</Trans>
            </ButtonLink>
          </div>
        )}
      </div>
      {!isList && (
        <div className="lg:sticky lg:top-8">
          <PreviewCard rules={rules} attributes={attributes} />
        </div>
      )}
    </form>
  );
}

/** The attributes at hand, and those that further rules speak of. */
function withAttributes(known: readonly RuleField[], rules: RuleGroup): readonly RuleField[] {
  return [...known, ...attributesIn(rules).filter(({ name }) => !known.some((field) => field.name === name))];
}

function isOwn(field: string): boolean {
  return OWN_FIELDS.includes(fieldPath(field));
}
