import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Activity, type LucideIcon, Route, ShoppingBag, Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { ListView } from "@/components/ui/list-view";
import { Empty } from "@/components/ui/states";
import type { Order, TimelineEntry } from "@/lib/contract";
import { formatMoney, formatTime } from "@/lib/format";
import { useTimeline } from "../api/timeline";
import { dayInWords } from "./day-in-words";
import { channelOf, skippedInWords } from "./message-words";
import { moveCauses } from "./move-causes";

/** Everything that happened with somebody, by day, newest first. */
export function Timeline({ id }: { id: string }) {
  const list = useTimeline(id);
  return (
    <ListView
      list={list}
      noun={(count) => plural(count, { one: "# event", other: "# events" })}
      onDemand
      empty={
        <Empty icon={<Route />} title={t`Nothing has happened yet`}>
          <Trans>
            Orders, activities, messages and the segments they enter or leave appear here, newest first.
          </Trans>
        </Empty>
      }
    >
      {(items) => (
        <div className="grid gap-5 px-5 pt-3 pb-5">
          {byDay(items).map(({ day, entries }) => (
            <div key={day} className="grid gap-3">
              <h3 className="text-xs font-medium tracking-wide text-muted">{day}</h3>
              <ol aria-label={day} className="grid gap-4">
                {entries.map(({ entry, place }) => (
                  <Entry key={place} entry={entry} />
                ))}
              </ol>
            </div>
          ))}
        </div>
      )}
    </ListView>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const { icon: Icon, tone, title, note, aside } = tell(entry);
  return (
    <li className="grid grid-cols-[2rem_minmax(0,1fr)_auto] gap-x-3">
      <span aria-hidden className={`grid size-8 place-items-center rounded-full [&_svg]:size-4 ${tone}`}>
        <Icon />
      </span>
      <div className="min-w-0 text-sm">
        <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 wrap-anywhere">{title}</p>
        {note && <p className="text-muted wrap-anywhere">{note}</p>}
      </div>
      <div className="text-right text-sm">
        {aside && <p className="font-medium tabular-nums">{aside}</p>}
        <time dateTime={entry.at} className="whitespace-nowrap text-muted tabular-nums">
          {formatTime(entry.at)}
        </time>
      </div>
    </li>
  );
}

type Told = { icon: LucideIcon; tone: string; title: ReactNode; note?: ReactNode; aside?: ReactNode };

function tell(entry: TimelineEntry): Told {
  switch (entry.kind) {
    case "order": {
      const { order } = entry;
      const number = order.orderId;
      return {
        icon: ShoppingBag,
        tone: "bg-accent-soft text-accent",
        title: (
          <>
            <Strong to={`/orders/${encodeURIComponent(order.id)}`}>
              {number ? t`Order ${number}` : t`Order`}
            </Strong>
            <StatusBadge status={order.status} />
          </>
        ),
        note: itemsInWords(order),
        aside: formatMoney(order.total, order.currency),
      };
    }
    case "activity":
      return {
        icon: Activity,
        tone: "bg-sunken text-muted",
        title: <span className="font-medium">{entry.activity.type}</span>,
        note: t`Activity`,
      };
    case "message": {
      const { campaignId, campaignName, channel, status, subject, skippedReason } = entry.message;
      const { icon, name } = channelOf(channel);
      return {
        icon,
        tone: "bg-info-soft text-info",
        title: (
          <>
            <span className="font-medium">{subject || name}</span>
            <StatusBadge status={status} />
          </>
        ),
        note: (
          <>
            <Trans>
              {name} of the campaign{" "}
              <Strong to={`/campaigns/${encodeURIComponent(campaignId)}`}>{campaignName}</Strong>
            </Trans>
            {skippedReason && <span className="block">{skippedInWords(skippedReason)}</span>}
          </>
        ),
      };
    }
    case "segment": {
      const { segmentId, name, event, cause } = entry.move;
      const to = `/segments/${encodeURIComponent(segmentId)}`;
      return {
        icon: Workflow,
        tone: event === "entered" ? "bg-warn-soft text-warn" : "bg-sunken text-muted",
        title:
          event === "entered" ? (
            <Trans>
              Entered the segment <Strong to={to}>{name}</Strong>
            </Trans>
          ) : (
            <Trans>
              Left the segment <Strong to={to}>{name}</Strong>
            </Trans>
          ),
        note: capitalised(moveCauses()[cause]),
      };
    }
    default:
      // Of a newer version of the API.
      return {
        icon: Activity,
        tone: "bg-sunken text-muted",
        title: t`Something that this page cannot show yet`,
      };
  }
}

function Strong({ to, children }: { to: string; children: ReactNode }) {
  return (
    // Another view of this page does not begin at its top.
    <Link to={to} className="rounded font-medium text-ink wrap-anywhere hover:underline">
      {children}
    </Link>
  );
}

function itemsInWords({ items = [], quantity }: Order): string | undefined {
  if (items.length === 0) return quantity ? plural(quantity, { one: "# item", other: "# items" }) : undefined;
  const named = items.slice(0, 3).map((item) => {
    const name = item.name || item.sku;
    return item.quantity > 1 ? `${name} × ${item.quantity}` : name;
  });
  const more = items.length - named.length;
  const listed = named.join(", ");
  return more > 0 ? t`${listed} and ${more} more` : listed;
}

type Day = { day: string; entries: { entry: TimelineEntry; place: number }[] };

function byDay(items: readonly TimelineEntry[]): Day[] {
  const days: Day[] = [];
  for (const [place, entry] of items.entries()) {
    const day = dayInWords(entry.at);
    const last = days.at(-1);
    if (last?.day === day) last.entries.push({ entry, place });
    else days.push({ day, entries: [{ entry, place }] });
  }
  return days;
}

function capitalised(text: string | undefined): string | undefined {
  return text && text.charAt(0).toUpperCase() + text.slice(1);
}
