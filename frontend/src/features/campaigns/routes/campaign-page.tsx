import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { PencilLine } from "lucide-react";
import { Link, useParams } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Empty, SkeletonRows } from "@/components/ui/states";
import type { Tagged } from "@/lib/api";
import { channelName } from "@/lib/channel-name";
import type { Campaign } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { isGone } from "@/lib/problem";
import { useSegmentName } from "@/lib/segments";
import { isDraft, isOver, useCampaign } from "../api/campaigns";
import { CampaignActions } from "../components/campaign-actions";
import { ScheduleFacts, TestState, Wordings } from "../components/campaign-summary";
import { DeliveryBar, DeliveryFigures } from "../components/delivery";
import { Funnel } from "../components/funnel";
import { MessageLog } from "../components/message-log";
import { NoCampaign } from "../components/no-campaign";
import { ResultsCard } from "../components/results-card";
import { ToldCard } from "../components/told-card";

const back = () => ({ to: "/campaigns", label: t`Campaigns` });

export function Component() {
  const { id = "" } = useParams();
  const campaign = useCampaign(id);
  if (!campaign.data || isGone(campaign.error)) {
    return (
      <Page title={t`Campaign`} back={back()}>
        <Card flush>
          {campaign.isError ? (
            <NoCampaign error={campaign.error} onRetry={() => void campaign.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  return <Shown loaded={campaign.data} reload={campaign.refetch} />;
}

type ShownProps = { loaded: Tagged<Campaign>; reload: () => Promise<unknown> };

function Shown({ loaded, reload }: ShownProps) {
  const campaign = loaded.data;
  const { data: segmentName } = useSegmentName(campaign.segmentId);
  const channel = channelName(campaign.channel);
  return (
    <Page
      title={campaign.name}
      aside={<StatusBadge status={campaign.status} />}
      back={back()}
      description={
        <>
          {segmentName ? (
            <Trans>
              {channel} to{" "}
              <Link
                to={`/segments/${encodeURIComponent(campaign.segmentId)}`}
                className="text-ink underline decoration-line underline-offset-4 hover:decoration-current"
              >
                {segmentName}
              </Link>
            </Trans>
          ) : (
            <Trans>{channel} to a segment</Trans>
          )}
          {campaign.createdAt && ` · ${formatDateTime(campaign.createdAt)}`}
          {campaign.objective && ` · ${campaign.objective}`}
        </>
      }
      actions={<CampaignActions loaded={loaded} reload={reload} />}
    >
      {isDraft(campaign) ? (
        <Card>
          <Empty icon={<PencilLine />} title={t`This is a draft`}>
            <Trans>
              Nobody has been written to. Whom it reaches, and what comes of it, is shown here once it is
              launched.
            </Trans>
          </Empty>
        </Card>
      ) : (
        <>
          <Card title={audienceInWords(campaign)}>
            <div className="grid gap-5">
              {campaign.failedReason && (
                <p role="alert" className="text-danger">
                  {campaign.failedReason}
                </p>
              )}
              <DeliveryBar campaign={campaign} />
              <DeliveryFigures campaign={campaign} />
              <TestState campaign={campaign} />
            </div>
          </Card>
          <ResultsCard campaign={campaign} />
          <ToldCard campaignId={campaign.id} />
        </>
      )}
      <div className="grid items-start gap-5 lg:grid-cols-2">
        {campaign.funnel && (
          <Card title={t`How the audience came about`}>
            <Funnel funnel={campaign.funnel} end={t`Chosen to get it`} />
          </Card>
        )}
        <div className="grid min-w-0 gap-5">
          <Card title={t`Schedule and limits`}>
            <ScheduleFacts campaign={campaign} />
          </Card>
          <Card title={campaign.variants.length > 1 ? t`Messages` : t`Message`}>
            <Wordings campaign={campaign} />
          </Card>
        </div>
      </div>
      {!isDraft(campaign) && <MessageLog campaign={campaign} />}
    </Page>
  );
}

/** Until the audience is decided there is no number to tell. */
function audienceInWords({ audience, planned, status }: Campaign): string {
  if (audience > 0 || planned || isOver({ status })) {
    return plural(audience, { one: "# recipient", other: "# recipients" });
  }
  return status === "scheduled"
    ? t`The audience is decided when it begins`
    : t`The audience is being decided`;
}
