import { Sparkles } from "lucide-react";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { Segmented } from "@/components/ui/field";
import { Page } from "@/components/ui/page";
import { Empty, Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { AiDay, AiUsage, AiUser } from "@/lib/contract";
import { formatNumber, formatShare, formatUtcDay, plural } from "@/lib/format";
import { useInAddress } from "@/lib/use-in-address";
import { useAskers, useUsage } from "../api/usage";

const PERIODS = [
  { value: "7", label: "7 days" },
  { value: "31", label: "31 days" },
] as const;

type Sum = Pick<AiDay, "gemini" | "offline" | "tokens">;

/** Columns of whatever is summed up: questions by who answered them, and what that took. */
const SUMS: Column<Sum>[] = [
  { header: "Questions", end: true, cell: ({ gemini, offline }) => formatNumber(gemini + offline) },
  { header: "By Gemini", end: true, from: "sm", cell: ({ gemini }) => formatNumber(gemini) },
  { header: "Offline", end: true, from: "sm", cell: ({ offline }) => formatNumber(offline) },
  { header: "Tokens", end: true, cell: ({ tokens }) => formatNumber(tokensOf(tokens)) },
];

/** Beside their share of the budget there is no room for these on a phone. */
const OF_USERS_FROM = "sm";

/** What was asked of the model, by day and user, and how much of it each may ask. */
export function Component() {
  const [{ days }, choose] = useInAddress({ days: { or: "7", of: ["7", "31"] } });
  const usage = useUsage(days);
  return (
    <Page
      title="Assistant"
      description="What was asked of the model. Days are those of UTC; without a key for a model nothing is counted."
      actions={
        <Segmented label="Days" value={days} choices={PERIODS} onChange={(days) => choose({ days })} />
      }
    >
      {usage.data ? (
        <Shown usage={usage.data} />
      ) : (
        <Card flush>
          {usage.isError ? (
            <Failure error={usage.error} onRetry={() => void usage.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      )}
    </Page>
  );
}

function Shown({ usage: { days, dailyTokens } }: { usage: AiUsage }) {
  const nameOf = useAskers();
  const [{ day: chosen }, choose] = useInAddress({ day: { or: "" } });
  const used = days.filter(({ users }) => users.length > 0);
  const day = used.find(({ date }) => date === chosen) ?? used[0];
  const all = days.reduce(plus, NOTHING);
  if (!day) {
    return (
      <Card flush>
        <Empty icon={<Sparkles />} title="The model was not asked in these days">
          Without a key the assistant answers offline, and nothing is counted. With one, each user may use{" "}
          {plural(dailyTokens, "token")} a day; after that, answers are offline.
        </Empty>
      </Card>
    );
  }
  return (
    <>
      <Card>
        <dl className="grid grid-cols-2 gap-5 sm:grid-cols-4">
          <Figure label="Questions" value={formatNumber(all.gemini + all.offline)} />
          <Figure
            label="Answered by Gemini"
            value={formatShare(all.gemini, all.gemini + all.offline)}
            note="of those put to it; kept answers cost nothing"
          />
          <Figure
            label="Tokens"
            value={formatNumber(tokensOf(all.tokens))}
            note={`${formatNumber(all.tokens.input)} in, ${formatNumber(all.tokens.output)} out`}
          />
          <Figure label="Budget" value={formatNumber(dailyTokens)} note="tokens a user and day" />
        </dl>
      </Card>
      <Card
        title="By user"
        flush
        actions={
          <label className="flex items-center gap-2 text-sm text-muted">
            Day
            <select
              value={day.date}
              onChange={(event) => choose({ day: event.target.value })}
              className="control w-auto"
            >
              {used.map(({ date }) => (
                <option key={date} value={date}>
                  {formatUtcDay(date)}
                </option>
              ))}
            </select>
          </label>
        }
      >
        <Table
          caption={`Questions by user, ${formatUtcDay(day.date)}`}
          columns={[
            {
              header: "User",
              main: true,
              // On a phone an address takes several lines rather than being cut off.
              cell: ({ user }) => <div className="font-medium wrap-anywhere">{nameOf(user)}</div>,
            },
            ...SUMS.map((column): Column<AiUser> => ({ ...column, from: column.from ?? OF_USERS_FROM })),
            {
              header: "Of the budget",
              end: true,
              cell: ({ tokens }) => formatShare(tokensOf(tokens), dailyTokens),
            },
          ]}
          rows={day.users}
          rowKey={({ user }) => user}
        />
      </Card>
      <Card title="By day" flush>
        <Table
          caption="Questions by day"
          columns={[
            {
              header: "Day",
              main: true,
              cell: ({ date }) => <p className="font-medium">{formatUtcDay(date)}</p>,
            },
            ...(SUMS as Column<AiDay>[]),
          ]}
          rows={days}
          rowKey={({ date }) => date}
        />
      </Card>
    </>
  );
}

const NOTHING: Sum = { gemini: 0, offline: 0, tokens: { input: 0, output: 0 } };

function plus(sum: Sum, { gemini, offline, tokens }: Sum): Sum {
  return {
    gemini: sum.gemini + gemini,
    offline: sum.offline + offline,
    tokens: { input: sum.tokens.input + tokens.input, output: sum.tokens.output + tokens.output },
  };
}

const tokensOf = ({ input, output }: Sum["tokens"]) => input + output;
