import { Check, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Failure, Skeleton } from "@/components/ui/states";
import type { ExplainedGroup, ExplainedRule, Segment } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { faultsByField, Problem } from "@/lib/problem";
import { describeRule, type Words } from "@/lib/rules/describe";
import { findField, type RuleField } from "@/lib/rules/vocabulary";
import { attributesIn } from "@/lib/rules/wire";
import { useExplanation } from "../api/segments";
import { useWords } from "./rules-in-words";

/** Why somebody belongs, or does not: each condition with what it makes of them. */
export function ExplainCard({ segment }: { segment: Segment }) {
  const [typed, setTyped] = useState("");
  const [email, setEmail] = useState("");
  const [missing, setMissing] = useState(false);
  const explanation = useExplanation(segment.id, email);
  const { data, error } = explanation;
  const refused = faultsByField(error).email;
  const unknown = error instanceof Problem && error.status === 404;

  function submit(event: FormEvent) {
    event.preventDefault();
    const next = typed.trim();
    setMissing(next === "");
    if (next !== "" && next === email) void explanation.refetch();
    setEmail(next);
  }

  return (
    <Card title="Does somebody belong?">
      <form onSubmit={submit} noValidate className="flex flex-wrap items-start gap-2">
        <Field
          label="E-mail address of a customer"
          error={missing ? "Write an address first." : refused}
          className="min-w-48 flex-1"
        >
          {(control) => (
            <input
              {...control}
              type="email"
              autoComplete="off"
              value={typed}
              maxLength={254}
              onChange={(event) => setTyped(event.target.value)}
              className="control"
            />
          )}
        </Field>
        {/* On the line of the control, whatever stands under it. */}
        <Button type="submit" className="mt-7" busy={explanation.isFetching}>
          Explain
        </Button>
      </form>
      <div role="status" className="mt-4">
        {email === "" ? (
          <p className="text-sm text-muted">
            See why a customer belongs here or does not, condition by condition, and when that changes by
            itself.
          </p>
        ) : unknown ? (
          <p className="text-sm">No customer has the address {email}.</p>
        ) : data ? (
          <p>
            <span className="font-medium wrap-anywhere">{email}</span>{" "}
            {data.holds ? "belongs" : "does not belong"}.
          </p>
        ) : explanation.isPending ? (
          <>
            <span className="sr-only">Loading</span>
            <Skeleton className="h-5 w-3/5" />
          </>
        ) : null}
      </div>
      {data && <Reasons explained={data} />}
      {error && !refused && !unknown && (
        <Failure error={error} onRetry={() => void explanation.refetch()} className="px-0 py-4" />
      )}
    </Card>
  );
}

type Telling = { words: Words; fields: readonly RuleField[] };

function Reasons({ explained }: { explained: ExplainedGroup }) {
  const telling: Telling = { words: useWords(explained), fields: attributesIn(explained) };
  if (explained.rules.length === 0)
    return <p className="mt-2 text-sm text-muted">There are no conditions.</p>;
  return (
    <div className="mt-3">
      <Group group={explained} {...telling} />
    </div>
  );
}

function Group({ group, ...telling }: { group: ExplainedGroup } & Telling) {
  // A named segment comes wrapped in a group of its own, which says nothing by itself.
  const [only] = group.rules;
  if (group.rules.length === 1 && !group.not && !group.segment && only && isGroup(only)) {
    return <Group group={only} {...telling} />;
  }
  return (
    <>
      <p className="flex items-start gap-1.5 text-sm font-medium">
        <Verdict holds={group.holds} />
        <span className="wrap-anywhere">
          {group.segment && (
            <>
              In segment{" "}
              <Link
                to={`/segments/${encodeURIComponent(group.segment)}`}
                className="rounded text-accent underline"
              >
                {telling.words.nameOf(group.segment)}
              </Link>
              :{" "}
            </>
          )}
          {heading(group)}
        </span>
      </p>
      <ul className="mt-1.5 ml-2 grid gap-2 border-l-2 border-line pl-4">
        {group.rules.map((node, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity but their place
          <li key={index}>
            {isGroup(node) ? <Group group={node} {...telling} /> : <Condition rule={node} {...telling} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Condition({ rule, words, fields }: { rule: ExplainedRule } & Telling) {
  const seen = seenText(rule, words, fields);
  return (
    <div className="flex items-start gap-1.5 text-sm">
      <Verdict holds={rule.holds} />
      <div className="min-w-0">
        <p className="wrap-anywhere">{describeRule(rule, fields, words)}</p>
        {seen && <p className="text-muted wrap-anywhere">Now: {seen}</p>}
        {rule.flipsAt && <p className="text-info">Changes on {formatDateTime(rule.flipsAt)}</p>}
      </div>
    </div>
  );
}

function Verdict({ holds }: { holds: boolean }) {
  return (
    <span className={`mt-0.5 shrink-0 [&_svg]:size-4 ${holds ? "text-accent" : "text-danger"}`}>
      {holds ? <Check aria-hidden /> : <X aria-hidden />}
      <span className="sr-only">{holds ? "True:" : "Not true:"}</span>
    </span>
  );
}

function heading({ combinator, not }: ExplainedGroup): string {
  if (combinator === "and") return not ? "not all of these" : "all of these";
  return not ? "none of these" : "any of these";
}

/** What the customer has; of a list nothing but the verdict is worth a line. */
function seenText(rule: ExplainedRule, { show }: Words, fields: readonly RuleField[]): string | undefined {
  const field = findField(rule.field, fields);
  if (!field || field.kind === "segment" || rule.seen === undefined) return undefined;
  const one = (value: unknown): string => {
    if (typeof value === "number") return show(value, field);
    if (typeof value === "boolean") return value ? "yes" : "no";
    return field.kind === "time" ? formatDateTime(String(value)) : String(value);
  };
  if (rule.seen === null) return "not known";
  if (Array.isArray(rule.seen)) return rule.seen.length > 0 ? rule.seen.map(one).join(", ") : "none";
  return one(rule.seen);
}

function isGroup(node: ExplainedRule | ExplainedGroup): node is ExplainedGroup {
  return "rules" in node;
}
