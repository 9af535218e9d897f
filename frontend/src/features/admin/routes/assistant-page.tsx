import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { Sparkles } from "lucide-react";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { Segmented } from "@/components/ui/field";
import { Page } from "@/components/ui/page";
import { Empty, Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { AiDay, AiUsage, AiUser } from "@/lib/contract";
import { formatNumber, formatShare, formatUtcDay } from "@/lib/format";
import { useInAddress } from "@/lib/use-in-address";
import { type Days, useAskers, useUsage } from "../api/usage";

const periods = (): { value: Days; label: string }[] => [
  { value: "7", label: t`7 days` },
  { value: "31", label: t`31 days` },
];

type Sum = Pick<AiDay, "gemini" | "offline" | "tokens">;

/** Columns of whatever is summed up: questions by who answered them, and what that took. */
const sums = (): Column<Sum>[] => [
  { header: t`Questions`, end: true, cell: ({ gemini, offline }) => formatNumber(gemini + offline) },
  { header: t`By Gemini`, end: true, from: "sm", cell: ({ gemini }) => formatNumber(gemini) },
  { header: t`Offline`, end: true, from: "sm", cell: ({ offline }) => formatNumber(offline) },
  { header: t`Tokens`, end: true, cell: ({ tokens }) => formatNumber(tokensOf(tokens)) },
];

/** Beside their share of the budget there is no room for these on a phone. */
const OF_USERS_FROM = "sm";

/** What was asked of the model, by day and user, and how much of it each may ask. */
export function Component() {
  const [{ days }, choose] = useInAddress({ days: { or: "7", of: ["7", "31"] } });
  const usage = useUsage(days);
  return (
    <Page
      title={t`Assistant`}
      description={t`What was asked of the model. Days are those of UTC; without a key for a model nothing is counted.`}
      actions={
        <Segmented label={t`Days`} value={days} choices={periods()} onChange={(days) => choose({ days })} />
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
  const [tokensIn, tokensOut] = [formatNumber(all.tokens.input), formatNumber(all.tokens.output)];
  if (!day) {
    return (
      <Card flush>
        <Empty icon={<Sparkles />} title={t`The model was not asked in these days`}>
          <Plural
            value={dailyTokens}
            one="Without a key the assistant answers offline, and nothing is counted. With one, each user may use # token a day; after that, answers are offline."
            other="Without a key the assistant answers offline, and nothing is counted. With one, each user may use # tokens a day; after that, answers are offline."
          />
        </Empty>
      </Card>
    );
  }
  const shownDay = formatUtcDay(day.date);
  return (
    <>
      <Card>
        <dl className="grid grid-cols-2 gap-5 sm:grid-cols-4">
          <Figure label={t`Questions`} value={formatNumber(all.gemini + all.offline)} />
          <Figure
            label={t`Answered by Gemini`}
            value={formatShare(all.gemini, all.gemini + all.offline)}
            note={t`of those put to it; kept answers cost nothing`}
          />
          <Figure
            label={t`Tokens`}
            value={formatNumber(tokensOf(all.tokens))}
            note={t`${tokensIn} in, ${tokensOut} out`}
          />
          <Figure label={t`Budget`} value={formatNumber(dailyTokens)} note={t`tokens a user and day`} />
        </dl>
      </Card>
      <Card
        title={t`By user`}
        flush
        actions={
          <label className="flex items-center gap-2 text-sm text-muted">
            <Trans>Day</Trans>
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
          caption={t`Questions by user, ${shownDay}`}
          columns={[
            {
              header: t`User`,
              main: true,
              // On a phone an address takes several lines rather than being cut off.
              cell: ({ user }) => <div className="font-medium wrap-anywhere">{nameOf(user)}</div>,
            },
            ...sums().map((column): Column<AiUser> => ({ ...column, from: column.from ?? OF_USERS_FROM })),
            {
              header: t`Of the budget`,
              end: true,
              cell: ({ tokens }) => formatShare(tokensOf(tokens), dailyTokens),
            },
          ]}
          rows={day.users}
          rowKey={({ user }) => user}
        />
      </Card>
      <Card title={t`By day`} flush>
        <Table
          caption={t`Questions by day`}
          columns={[
            {
              header: t`Day`,
              main: true,
              cell: ({ date }) => <p className="font-medium">{formatUtcDay(date)}</p>,
            },
            ...(sums() as Column<AiDay>[]),
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
