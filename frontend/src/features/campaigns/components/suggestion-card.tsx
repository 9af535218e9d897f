import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ArrowRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { AnsweredBy, NotUsed } from "@/components/ui/assistant";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import type { Said } from "@/lib/assistant";
import { channelName } from "@/lib/channel-name";
import { formatNumber, formatShare } from "@/lib/format";
import { readOnly, useMay } from "@/lib/permissions";
import { usePreview } from "@/lib/preview";
import { faultsByField, Problem } from "@/lib/problem";
import { whenInWords } from "./campaign-summary";
import { ProposedMessage } from "./proposed-message";

export type Suggestion = Said<"POST /api/campaigns/suggest">;

type SuggestionCardProps = {
  suggestion: Suggestion;
  busy: boolean;
  /** Why the audience could not be kept. */
  error: unknown;
  /** Keeps the audience under this name, and goes on with the campaign. */
  onUse: (segmentName: string) => void;
};

/** A campaign that could be made, to be read. Nothing of it exists before somebody uses it. */
export function SuggestionCard({ suggestion, busy, error, onUse }: SuggestionCardProps) {
  const { campaign, explanation, unsupported, rules, why } = suggestion;
  const [name, setName] = useState(campaign.name);
  const [tried, setTried] = useState(false);
  const mayWrite = useMay("write");
  const fault = tried && name.trim() === "" ? t`Give the segment a name.` : faultsByField(error).name;

  function use(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "") onUse(name.trim());
  }

  return (
    <Card title={campaign.name}>
      <div className="grid gap-5">
        <Facts
          facts={[
            { label: t`Audience`, value: explanation },
            { label: t`People now`, value: <People rules={rules} /> },
            { label: t`Channel`, value: channelName(campaign.channel) },
            { label: t`When`, value: whenInWords(campaign) },
          ]}
        />
        <NotUsed parts={unsupported} />
        {why.length > 0 && (
          <section aria-labelledby="why-heading">
            <h3 id="why-heading" className="mb-1 text-sm font-medium">
              <Trans>Why so</Trans>
            </h3>
            <ul className="list-disc pl-5 text-sm text-muted">
              {why.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </section>
        )}
        <ol aria-label={t`Messages`} className="grid gap-3">
          {campaign.variants.map((variant) => (
            <li key={`${variant.subject}\n${variant.body}`}>
              <ProposedMessage message={variant} channel={campaign.channel} />
            </li>
          ))}
        </ol>
        <AnsweredBy origin={suggestion} />
        {mayWrite ? (
          <form onSubmit={use} noValidate className="grid gap-3 border-t border-line pt-5">
            <Field
              label={t`Name of the segment`}
              error={fault}
              hint={t`Its audience is kept as a segment; the campaign opens as a form, in which you can change everything. Nothing is sent.`}
            >
              {(control) => (
                <input
                  {...control}
                  value={name}
                  maxLength={200}
                  onChange={(event) => setName(event.target.value)}
                  className="control max-w-md"
                />
              )}
            </Field>
            <FormProblem
              error={error}
              shown={
                error instanceof Problem
                  ? error.errors.map(({ field }) => field).filter((field) => field === "name")
                  : []
              }
            />
            <Button type="submit" look="primary" busy={busy} className="justify-self-start">
              <Trans>Use it</Trans>
              <ArrowRight aria-hidden />
            </Button>
          </form>
        ) : (
          <p className="border-t border-line pt-5 text-sm text-muted">{readOnly()}</p>
        )}
      </div>
    </Card>
  );
}

function People({ rules }: Pick<Suggestion, "rules">) {
  const { data, isError } = usePreview(rules);
  if (!data) return isError ? t`could not be counted` : t`counting…`;
  const [count, total] = [formatNumber(data.count), formatNumber(data.total)];
  const share = formatShare(data.count, data.total);
  return t`${count} of ${total} (${share})`;
}
