import { useMay } from "@/lib/permissions";
import { QueueHealth } from "./queue-health";
import { RecentCampaigns } from "./recent-campaigns";
import { SegmentSizes } from "./segment-sizes";

/** What is under way besides sales: campaigns, segments, and the queues for those who look after them. */
export default function Overview({ customers }: { customers: number }) {
  const mayAdminister = useMay("administer");
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="grid min-w-0 gap-5">
        <RecentCampaigns />
        {mayAdminister && <QueueHealth />}
      </div>
      <SegmentSizes customers={customers} />
    </div>
  );
}
