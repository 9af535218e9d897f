import { Pause, Play, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Campaign } from "@/lib/contract";
import { useMay } from "@/lib/permissions";
import { type CampaignAction, isOver, useCampaignAction } from "../api/campaigns";

const DONE: Record<CampaignAction, string> = {
  pause: "Campaign paused",
  resume: "Campaign resumed",
  cancel: "Campaign cancelled",
};

/** Pause, resume and cancel, as far as the campaign's state and the person's role allow. */
export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const act = useCampaignAction(campaign.id);
  const [asking, setAsking] = useState(false);
  const mayWrite = useMay("write");
  if (isOver(campaign) || !mayWrite) return null;
  const paused = campaign.status === "paused";
  const run = (action: CampaignAction) =>
    act.mutate(action, {
      onSuccess: () => {
        setAsking(false);
        toast(DONE[action]);
      },
    });
  return (
    <>
      {act.isError && !asking && <FormProblem error={act.error} />}
      <Button look="danger" icon={<X aria-hidden />} onClick={() => setAsking(true)}>
        Cancel campaign
      </Button>
      <Button
        icon={paused ? <Play aria-hidden /> : <Pause aria-hidden />}
        busy={act.isPending && !asking}
        onClick={() => run(paused ? "resume" : "pause")}
      >
        {paused ? "Resume" : "Pause"}
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Cancel this campaign?"
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Go on sending</Button>
            <Button look="danger" busy={act.isPending} onClick={() => run("cancel")}>
              Cancel campaign
            </Button>
          </>
        }
      >
        <p className="text-muted">Who has not been written to yet will not be. This cannot be undone.</p>
        <FormProblem error={act.error} />
      </Dialog>
    </>
  );
}
