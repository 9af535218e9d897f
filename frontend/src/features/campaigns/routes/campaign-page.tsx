import { Link, useParams } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Failure, SkeletonRows } from "@/components/ui/states";
import type { Campaign } from "@/lib/contract";
import { formatDateTime, plural } from "@/lib/format";
import { useSegmentName } from "@/lib/segments";
import { useCampaign } from "../api/campaigns";
import { CampaignActions } from "../components/campaign-actions";
import { channelName } from "../components/channel-name";
import { DeliveryBar, DeliveryFigures } from "../components/delivery";
import { MessageLog } from "../components/message-log";
import { ResultsCard } from "../components/results-card";

const BACK = { to: "/campaigns", label: "Campaigns" };

export function Component() {
  const { id = "" } = useParams();
  const campaign = useCampaign(id);
  if (!campaign.data) {
    return (
      <Page title="Campaign" back={BACK}>
        <Card flush>
          {campaign.isError ? (
            <Failure error={campaign.error} onRetry={() => void campaign.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  return <Report campaign={campaign.data} />;
}

function Report({ campaign }: { campaign: Campaign }) {
  const segment = useSegmentName(campaign.segmentId);
  return (
    <Page
      title={campaign.name}
      aside={<StatusBadge status={campaign.status} />}
      back={BACK}
      description={
        <>
          {channelName(campaign.channel)} to{" "}
          {segment.data ? (
            <Link
              to={`/segments/${encodeURIComponent(campaign.segmentId)}`}
              className="text-ink underline decoration-line underline-offset-4 hover:decoration-current"
            >
              {segment.data}
            </Link>
          ) : (
            "a segment"
          )}
          {campaign.createdAt && ` · ${formatDateTime(campaign.createdAt)}`}
          {campaign.objective && ` · ${campaign.objective}`}
        </>
      }
      actions={<CampaignActions campaign={campaign} />}
    >
      <Card title={plural(campaign.audience, "recipient")}>
        <div className="grid gap-5">
          {campaign.failedReason && (
            <p role="alert" className="text-danger">
              {campaign.failedReason}
            </p>
          )}
          <DeliveryBar campaign={campaign} />
          <DeliveryFigures campaign={campaign} />
        </div>
      </Card>
      <ResultsCard campaign={campaign} />
      <MessageLog campaign={campaign} />
    </Page>
  );
}
