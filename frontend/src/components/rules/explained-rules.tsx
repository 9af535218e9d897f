import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Check, X } from "lucide-react";
import { Link } from "react-router";
import type { ExplainedGroup, ExplainedRule } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { describeRule, type Words } from "@/lib/rules/describe";
import { useWords } from "@/lib/rules/use-words";
import { findField, type RuleField } from "@/lib/rules/vocabulary";
import { attributesIn } from "@/lib/rules/wire";

type Telling = { words: Words; fields: readonly RuleField[] };

/** Conditions with what they make of one customer. */
export function ExplainedRules({ explained }: { explained: ExplainedGroup }) {
  const telling: Telling = { words: useWords(explained), fields: attributesIn(explained) };
  if (explained.rules.length === 0)
    return (
      <p className="text-sm text-muted">
        <Trans>There are no conditions.</Trans>
      </p>
    );
  return <Group group={explained} {...telling} />;
}

function Group({ group, ...telling }: { group: ExplainedGroup } & Telling) {
  // A named segment comes wrapped in a group of its own, which says nothing by itself.
  const [only] = group.rules;
  if (group.rules.length === 1 && !group.not && !group.segment && only && isGroup(only)) {
    return <Group group={only} {...telling} />;
  }
  const said = heading(group);
  const named = group.segment && telling.words.nameOf(group.segment);
  return (
    <>
      <p className="flex items-start gap-1.5 text-sm font-medium">
        <Verdict holds={group.holds} />
        <span className="wrap-anywhere">
          {group.segment ? (
            <Trans>
              In segment{" "}
              <Link
                to={`/segments/${encodeURIComponent(group.segment)}`}
                className="rounded text-accent underline"
              >
                {named}
              </Link>
              : {said}
            </Trans>
          ) : (
            said
          )}
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
  const flips = formatDateTime(rule.flipsAt);
  return (
    <div className="flex items-start gap-1.5 text-sm">
      <Verdict holds={rule.holds} />
      <div className="min-w-0">
        <p className="wrap-anywhere">{describeRule(rule, fields, words)}</p>
        {seen && (
          <p className="text-muted wrap-anywhere">
            <Trans>Now: {seen}</Trans>
          </p>
        )}
        {rule.flipsAt && (
          <p className="text-info">
            <Trans>Changes on {flips}</Trans>
          </p>
        )}
      </div>
    </div>
  );
}

/** Whether something holds, by sign and in words. */
export function Verdict({ holds }: { holds: boolean }) {
  return (
    <span className={`mt-0.5 shrink-0 [&_svg]:size-4 ${holds ? "text-accent" : "text-danger"}`}>
      {holds ? <Check aria-hidden /> : <X aria-hidden />}
      <span className="sr-only">{holds ? t`True:` : t`Not true:`}</span>
    </span>
  );
}

function heading({ combinator, not }: ExplainedGroup): string {
  if (combinator === "and") return not ? t`not all of these` : t`all of these`;
  return not ? t`none of these` : t`any of these`;
}

/** What the customer has; of a list nothing but the verdict is worth a line. */
function seenText(rule: ExplainedRule, { show }: Words, fields: readonly RuleField[]): string | undefined {
  const field = findField(rule.field, fields);
  if (!field || field.kind === "segment" || rule.seen === undefined) return undefined;
  const one = (value: unknown): string => {
    if (typeof value === "number") return show(value, field);
    if (typeof value === "boolean") return value ? t`yes` : t`no`;
    return field.kind === "time" ? formatDateTime(String(value)) : String(value);
  };
  if (rule.seen === null) return t`not known`;
  if (Array.isArray(rule.seen)) return rule.seen.length > 0 ? rule.seen.map(one).join(", ") : t`none`;
  return one(rule.seen);
}

function isGroup(node: ExplainedRule | ExplainedGroup): node is ExplainedGroup {
  return "rules" in node;
}
