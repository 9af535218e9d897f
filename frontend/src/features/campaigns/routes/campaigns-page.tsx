import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Plus, SearchX, Send, Sparkles } from "lucide-react";
import { StatusBadge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Looking } from "@/components/ui/looking";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import { channelName } from "@/lib/channel-name";
import type { Campaign } from "@/lib/contract";
import { formatNumber, formatRelative, formatShare } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { isDraft, useCampaigns } from "../api/campaigns";
import { DeliveryBar } from "../components/delivery";
import { amongInWords, fits, ListFilters, useListFilter } from "../components/list-filters";

const columns = (): Column<Campaign>[] => [
  {
    header: t`Campaign`,
    main: true,
    cell: (campaign) => (
      <>
        <RowLink to={`/campaigns/${encodeURIComponent(campaign.id)}`}>{campaign.name}</RowLink>
        <p className="text-sm text-muted">
          {channelName(campaign.channel)} · {formatRelative(campaign.createdAt)}
        </p>
      </>
    ),
  },
  { header: t`Status`, cell: (campaign) => <StatusBadge status={campaign.status} /> },
  {
    header: t`Progress`,
    from: "md",
    cell: (campaign) =>
      isDraft(campaign) ? null : (
        <div className="w-44 pt-2">
          <DeliveryBar campaign={campaign} />
        </div>
      ),
  },
  {
    header: t`Audience`,
    end: true,
    from: "sm",
    cell: (campaign) => (isDraft(campaign) ? "–" : formatNumber(campaign.audience)),
  },
  { header: t`Delivered`, end: true, cell: (campaign) => formatShare(campaign.delivered, campaign.sent) },
];

export function Component() {
  const list = useCampaigns();
  const [filter, setFilter] = useListFilter();
  const isWanted = (campaign: Campaign) => fits(campaign, filter);
  const rows = list.items.filter(isWanted);
  const isNarrowed = filter.search !== "" || filter.status !== "";
  const create = useMay("write") && (
    <ButtonLink look="primary" to="/campaigns/new" icon={<Plus aria-hidden />}>
      <Trans>New campaign</Trans>
    </ButtonLink>
  );
  return (
    <Page
      title={t`Campaigns`}
      actions={
        <>
          <ButtonLink to="/campaigns/suggest" icon={<Sparkles aria-hidden />}>
            <Trans>Suggest a campaign</Trans>
          </ButtonLink>
          {create}
        </>
      }
    >
      <ListFilters filter={filter} onChange={setFilter} />
      <Card flush>
        <Looking list={list} fits={isNarrowed ? isWanted : undefined}>
          <ListView
            list={list}
            onDemand={isNarrowed}
            said={isNarrowed ? amongInWords(rows.length, list.items.length, !list.hasNextPage) : undefined}
            noun={(count) => plural(count, { one: "# campaign", other: "# campaigns" })}
            empty={
              <Empty icon={<Send />} title={t`No campaigns yet`} action={create}>
                <Trans>
                  A campaign writes once to everyone in a segment, and its log says for each person what
                  happened.
                </Trans>
              </Empty>
            }
          >
            {() =>
              rows.length > 0 ? (
                <Table
                  caption={t`Campaigns`}
                  columns={columns()}
                  rows={rows}
                  rowKey={(campaign) => campaign.id}
                />
              ) : (
                <Empty icon={<SearchX />} title={t`No campaign is like this`} />
              )
            }
          </ListView>
        </Looking>
      </Card>
    </Page>
  );
}
