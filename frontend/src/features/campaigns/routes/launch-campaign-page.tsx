import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Page } from "@/components/ui/page";
import { toast } from "@/components/ui/toasts";
import type { CampaignDraft } from "@/lib/contract";
import { useLaunchCampaign, usePreviewCampaign } from "../api/campaigns";
import { CampaignForm } from "../components/campaign-form";
import { LaunchDialog } from "../components/launch-dialog";

/** Draft, look at who would get it, confirm. The preview also checks the draft, so that faults show at their fields. */
export function Component() {
  const [params] = useSearchParams();
  const [reviewed, setReviewed] = useState<CampaignDraft | null>(null);
  const preview = usePreviewCampaign();
  const launch = useLaunchCampaign();
  const navigate = useNavigate();

  return (
    <Page
      title="New campaign"
      back={{ to: "/campaigns", label: "Campaigns" }}
      description="Nothing is sent before you have seen who will get it and confirmed."
    >
      <CampaignForm
        segmentId={params.get("segment") ?? ""}
        busy={preview.isPending}
        error={preview.error ?? launch.error}
        onReview={(draft) => {
          launch.reset();
          preview.mutate(draft, { onSuccess: () => setReviewed(draft) });
        }}
      />
      <LaunchDialog
        open={reviewed !== null}
        funnel={preview.data}
        busy={launch.isPending}
        error={launch.error}
        onClose={() => setReviewed(null)}
        onLaunch={() => {
          if (!reviewed) return;
          launch.mutate(reviewed, {
            onSuccess: ({ id }) => {
              toast("Campaign launched");
              navigate(`/campaigns/${encodeURIComponent(id)}`);
            },
          });
        }}
      />
    </Page>
  );
}
