import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Mail } from "lucide-react";
import { Link } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { ListView } from "@/components/ui/list-view";
import { Empty, SkeletonRows } from "@/components/ui/states";
import { formatDate, formatDateTime } from "@/lib/format";
import { useMessages } from "../api/timeline";
import { channelOf, type MessageEntry, skippedInWords } from "./message-words";

/** What campaigns have sent to somebody, or have not and why, newest first. */
export function CustomerMessages({ id }: { id: string }) {
  const { list, isLooking, lookedBackTo } = useMessages(id);
  const since = formatDate(lookedBackTo);
  if (isLooking && list.items.length === 0) return <SkeletonRows />;
  return (
    <ListView
      list={list}
      noun={(count) => plural(count, { one: "# message", other: "# messages" })}
      onDemand
      empty={
        <Empty icon={<Mail />} title={t`No messages yet`}>
          <Trans>What campaigns send to this customer appears here, and why one did not write to them.</Trans>
        </Empty>
      }
    >
      {(messages) =>
        messages.length > 0 ? (
          <ul aria-label={t`Messages, newest first`} className="divide-y divide-line">
            {messages.map((entry) => (
              <Message key={`${entry.message.campaignId} ${entry.at}`} entry={entry} />
            ))}
          </ul>
        ) : (
          <p className="px-5 py-6 text-sm text-muted">
            <Trans>None since {since}; there may be earlier ones.</Trans>
          </p>
        )
      }
    </ListView>
  );
}

function Message({ entry: { at, message } }: { entry: MessageEntry }) {
  const { campaignId, campaignName, channel, status, subject, skippedReason } = message;
  const { icon: Icon, name } = channelOf(channel);
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 px-5 py-3 text-sm">
      <span aria-hidden className="mt-0.5 text-muted [&_svg]:size-4.5">
        <Icon />
      </span>
      <div className="grid min-w-0 gap-0.5">
        <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 wrap-anywhere">
          <span className="font-medium">{subject || name}</span>
          <StatusBadge status={status} />
        </p>
        {skippedReason && <p>{skippedInWords(skippedReason)}</p>}
        <p className="text-muted wrap-anywhere">
          <Trans>
            {name} of the campaign{" "}
            <Link
              to={`/campaigns/${encodeURIComponent(campaignId)}`}
              className="rounded font-medium text-ink hover:underline"
            >
              {campaignName}
            </Link>
          </Trans>
          {", "}
          <time dateTime={at} className="whitespace-nowrap">
            {formatDateTime(at)}
          </time>
        </p>
      </div>
    </li>
  );
}
