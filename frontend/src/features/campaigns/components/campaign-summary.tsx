import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { days as weekDays } from "@/components/sending/windows-input";
import { Badge } from "@/components/ui/badge";
import { type Fact, Facts } from "@/components/ui/facts";
import type { Campaign, CampaignDraft, SendWindow } from "@/lib/contract";
import { formatDateTime, formatNumber, formatShare } from "@/lib/format";

/** What is said of a campaign, before its launch and after it. */
type Said = CampaignDraft | Campaign;

/** When messages go out, how fast and how often, and how it is measured; what is not limited has no line. */
export function ScheduleFacts({ campaign }: { campaign: Said }) {
  const { windows, quietHours, timeZone, ratePerMinute, caps, holdout, test, attributionDays } = campaign;
  const [launchedAt, finishedAt] = "status" in campaign ? [campaign.launchedAt, campaign.finishedAt] : [];
  const facts: (Fact | undefined)[] = [
    { label: t`When`, value: whenInWords(campaign) },
    launchedAt ? { label: t`Launched`, value: formatDateTime(launchedAt) } : undefined,
    finishedAt ? { label: t`Finished`, value: formatDateTime(finishedAt) } : undefined,
    windows?.length ? { label: t`Sending hours`, value: windows.map(windowInWords).join("; ") } : undefined,
    quietHours && { label: t`Quiet hours`, value: hoursInWords(quietHours) },
    timeZone ? { label: t`Time zone where none is known`, value: timeZone } : undefined,
    ratePerMinute
      ? {
          label: t`At most`,
          value: plural(ratePerMinute, { one: "# message a minute", other: "# messages a minute" }),
        }
      : undefined,
    caps && {
      label: t`Frequency cap`,
      value: capInWords(caps),
    },
    holdout ? { label: t`Held out`, value: formatShare(holdout, 1) } : undefined,
    test && { label: t`Test phase`, value: testInWords(test) },
    attributionDays !== undefined
      ? { label: t`Orders count for`, value: daysInWords(attributionDays) }
      : undefined,
  ];
  return <Facts facts={facts.filter((fact) => fact !== undefined)} />;
}

/** The wordings, with their parts of the recipients and, after a test phase, which of them won. */
export function Wordings({ campaign }: { campaign: Said }) {
  const { variants, test } = campaign;
  const winner = test && "winner" in test ? test.winner : undefined;
  const all = variants.reduce((sum, { share = 1 }) => sum + share, 0);
  return (
    <ol aria-label={t`Messages`} className="grid gap-4">
      {variants.map(({ subject, body, share = 1 }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: variants are known by their place
        <li key={index} className="grid min-w-0 gap-1.5 text-sm">
          {variants.length > 1 && (
            <p className="flex flex-wrap items-center gap-2 font-medium">
              {variantName(index)}
              <span className="font-normal text-muted">{formatShare(share, all)}</span>
              {winner === index && (
                <Badge tone="good">
                  <Trans>won the test</Trans>
                </Badge>
              )}
            </p>
          )}
          <div className="rounded-lg bg-sunken px-3 py-2">
            {subject && <p className="font-medium wrap-anywhere">{subject}</p>}
            <p className="whitespace-pre-wrap wrap-anywhere">{body}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}

export function whenInWords({ scheduledAt, localTime }: Pick<Said, "scheduledAt" | "localTime">): string {
  if (localTime) {
    const time = formatDateTime(localTime);
    return t`${time}, by each recipient’s clock`;
  }
  return scheduledAt ? formatDateTime(scheduledAt) : t`Right away at the launch`;
}

/** Variants are known by their place; readers count from one. */
export function variantName(index: number): string {
  const number = formatNumber(index + 1);
  return t`Variant ${number}`;
}

export function minutesInWords(minutes: number): string {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [
    days && daysInWords(days),
    hours && plural(hours, { one: "# hour", other: "# hours" }),
    rest && plural(rest, { one: "# minute", other: "# minutes" }),
  ];
  return parts.filter(Boolean).join(" ");
}

function daysInWords(days: number): string {
  return plural(days, { one: "# day", other: "# days" });
}

function capInWords({ messages, days }: NonNullable<Said["caps"]>): string {
  return t`${plural(messages, { one: "# message", other: "# messages" })} in ${plural(days, { one: "# day", other: "# days" })}`;
}

function testInWords({ share, minutes, by = "clicks" }: NonNullable<Said["test"]>): string {
  const [part, duration] = [formatShare(share, 1), minutesInWords(minutes)];
  return by === "clicks"
    ? t`${part} of the recipients for ${duration}; most clicks wins`
    : t`${part} of the recipients for ${duration}; most orders wins`;
}

function hoursInWords({ from, until }: Pick<SendWindow, "from" | "until">): string {
  return t`${from} to ${until}`;
}

function windowInWords({ from, until, days }: SendWindow): string {
  const all = weekDays();
  const names = all.filter(({ value }) => days?.includes(value)).map(({ label }) => label);
  if (names.length === 0 || names.length === all.length) return hoursInWords({ from, until });
  const on = names.join(", ");
  return t`${on} ${from} to ${until}`;
}

/** How a test phase stands, once the campaign is launched. */
export function TestState({ campaign: { test } }: { campaign: Campaign }) {
  if (!test) return null;
  return (
    <p role="status" className="text-sm">
      {testStateInWords(test)}
    </p>
  );
}

function testStateInWords({ winner, until }: NonNullable<Campaign["test"]>): string {
  if (winner !== undefined) {
    const number = formatNumber(winner + 1);
    return t`The test is over: variant ${number} did best, and the others get it.`;
  }
  if (!until) return t`The test of the variants begins when the audience is frozen.`;
  const end = formatDateTime(until);
  return t`The variants are being tested until ${end}; then the best one goes to the others.`;
}
