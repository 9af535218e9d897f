import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { Link } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import { channelName } from "@/lib/channel-name";
import type { Campaign } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";
import { statusInWords } from "@/lib/status";
import { recentCampaignsQuery } from "../api/overview";
import { Loaded } from "./loaded";

const columns = (): Column<Campaign>[] => [
  {
    header: t`Campaign`,
    main: true,
    cell: ({ id, name, channel, status }) => (
      <>
        <RowLink to={`/campaigns/${encodeURIComponent(id)}`}>{name}</RowLink>
        <p className="text-sm text-muted">
          {channelName(channel)}
          <span className="sm:hidden"> · {statusInWords(status)}</span>
        </p>
      </>
    ),
  },
  { header: t`Status`, from: "sm", cell: ({ status }) => <StatusBadge status={status} /> },
  { header: t`Audience`, end: true, cell: (campaign) => count(campaign, campaign.audience) },
  { header: t`Sent`, end: true, from: "sm", cell: (campaign) => count(campaign, campaign.sent) },
  {
    header: t`Delivered`,
    end: true,
    cell: (campaign) => (
      <>
        {count(campaign, campaign.delivered)}
        {campaign.sent > 0 && (
          <p className="text-xs text-muted">{formatShare(campaign.delivered, campaign.sent)}</p>
        )}
      </>
    ),
  },
  { header: t`Skipped`, end: true, from: "md", cell: (campaign) => count(campaign, campaign.skipped) },
];

/** The newest campaigns with their counts. */
export function RecentCampaigns() {
  const campaigns = useQuery(recentCampaignsQuery);
  return (
    <Card
      title={t`Recent campaigns`}
      flush
      actions={
        <Link to="/campaigns" className="text-sm text-accent underline underline-offset-2">
          <Trans>All campaigns</Trans>
        </Link>
      }
    >
      <Loaded
        query={campaigns}
        empty={
          <Empty icon={<Send />} title={t`No campaigns yet`}>
            <Trans>What came of the newest ones stands here, while they are under way and after.</Trans>
          </Empty>
        }
      >
        {(items) => (
          <Table caption={t`Recent campaigns`} columns={columns()} rows={items} rowKey={({ id }) => id} />
        )}
      </Loaded>
    </Card>
  );
}

/** Nothing has come of a draft. */
const count = ({ status }: Campaign, value: number) => (status === "draft" ? "–" : formatNumber(value));
