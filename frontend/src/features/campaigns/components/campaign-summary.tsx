import { days as weekDays } from "@/components/sending/windows-input";
import { Badge } from "@/components/ui/badge";
import { type Fact, Facts } from "@/components/ui/facts";
import type { Campaign, CampaignDraft, SendWindow } from "@/lib/contract";
import { formatDateTime, formatNumber, formatShare, plural } from "@/lib/format";

/** What is said of a campaign, before its launch and after it. */
type Said = CampaignDraft | Campaign;

/** When messages go out, how fast and how often, and how it is measured; what is not limited has no line. */
export function ScheduleFacts({ campaign }: { campaign: Said }) {
  const { windows, quietHours, timeZone, ratePerMinute, caps, holdout, test, attributionDays } = campaign;
  const facts: (Fact | undefined)[] = [
    { label: "When", value: whenInWords(campaign) },
    windows?.length ? { label: "Sending hours", value: windows.map(windowInWords).join("; ") } : undefined,
    quietHours && { label: "Quiet hours", value: `${quietHours.from} to ${quietHours.until}` },
    timeZone ? { label: "Time zone where none is known", value: timeZone } : undefined,
    ratePerMinute ? { label: "At most", value: `${plural(ratePerMinute, "message")} a minute` } : undefined,
    caps && {
      label: "Frequency cap",
      value: `${plural(caps.messages, "message")} in ${plural(caps.days, "day")}`,
    },
    holdout ? { label: "Held out", value: formatShare(holdout, 1) } : undefined,
    test && { label: "Test phase", value: testInWords(test) },
    attributionDays !== undefined
      ? { label: "Orders count for", value: plural(attributionDays, "day") }
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
    <ol aria-label="Messages" className="grid gap-4">
      {variants.map(({ subject, body, share = 1 }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: variants are known by their place
        <li key={index} className="grid min-w-0 gap-1.5 text-sm">
          {variants.length > 1 && (
            <p className="flex flex-wrap items-center gap-2 font-medium">
              Variant {index + 1}
              <span className="font-normal text-muted">{formatShare(share, all)}</span>
              {winner === index && <Badge tone="good">won the test</Badge>}
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
  if (localTime) return `${formatDateTime(localTime)}, by each recipient’s clock`;
  return scheduledAt ? formatDateTime(scheduledAt) : "Right away at the launch";
}

export function minutesInWords(minutes: number): string {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [days && plural(days, "day"), hours && plural(hours, "hour"), rest && plural(rest, "minute")];
  return parts.filter(Boolean).join(" ");
}

function testInWords({ share, minutes, by = "clicks" }: NonNullable<Said["test"]>): string {
  const most = by === "clicks" ? "clicks" : "orders";
  return `${formatShare(share, 1)} of the recipients for ${minutesInWords(minutes)}; most ${most} wins`;
}

function windowInWords({ from, until, days }: SendWindow): string {
  const all = weekDays();
  const names = all.filter(({ value }) => days?.includes(value)).map(({ label }) => label);
  return `${names.length > 0 && names.length < all.length ? `${names.join(", ")} ` : ""}${from} to ${until}`;
}

/** How a test phase stands, once the campaign is launched. */
export function TestState({ campaign: { test } }: { campaign: Campaign }) {
  if (!test) return null;
  const { winner, until } = test;
  return (
    <p role="status" className="text-sm">
      {winner !== undefined
        ? `The test is over: variant ${formatNumber(winner + 1)} did best, and the others get it.`
        : until
          ? `The variants are being tested until ${formatDateTime(until)}; then the best one goes to the others.`
          : "The test of the variants begins when the audience is frozen."}
    </p>
  );
}
