import { Pause, Pencil, Play, Send, Trash2, X } from "lucide-react";
import { useState } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Campaign } from "@/lib/contract";
import { useMay } from "@/lib/permissions";
import { type CampaignAction, isDraft, isTaken, useCampaignAction } from "../api/campaigns";
import { DeleteDraftDialog } from "./delete-draft-dialog";

const DONE: Record<CampaignAction, string> = {
  pause: "Campaign paused",
  resume: "Campaign resumed",
  cancel: "Campaign cancelled",
};

type CampaignActionsProps = {
  loaded: Tagged<Campaign>;
  /** Loads the campaign again, for the newest tag. */
  reload: () => Promise<unknown>;
};

/** What can be done with a campaign, as far as its state and the person's role allow. */
export function CampaignActions({ loaded, reload }: CampaignActionsProps) {
  const mayWrite = useMay("write");
  if (!mayWrite) return null;
  return isDraft(loaded.data) ? (
    <DraftActions loaded={loaded} reload={reload} />
  ) : (
    <RunningActions campaign={loaded.data} />
  );
}

/** A draft is launched from its review, so that nobody launches what they have not seen. */
function DraftActions({ loaded, reload }: CampaignActionsProps) {
  const [deleting, setDeleting] = useState(false);
  const edit = `/campaigns/${encodeURIComponent(loaded.data.id)}/edit`;
  return (
    <>
      <Button look="danger" icon={<Trash2 aria-hidden />} onClick={() => setDeleting(true)}>
        Delete
      </Button>
      <ButtonLink to={edit} icon={<Pencil aria-hidden />}>
        Edit
      </ButtonLink>
      <ButtonLink to={`${edit}?step=review`} look="primary" icon={<Send aria-hidden />}>
        Review and launch
      </ButtonLink>
      <DeleteDraftDialog loaded={loaded} reload={reload} open={deleting} onClose={() => setDeleting(false)} />
    </>
  );
}

function RunningActions({ campaign }: { campaign: Campaign }) {
  const act = useCampaignAction(campaign.id);
  const [asking, setAsking] = useState(false);
  const run = (action: CampaignAction) =>
    act.mutate(action, {
      onSuccess: () => {
        // The answer to another action says nothing of the question that is open meanwhile.
        if (action === "cancel") setAsking(false);
        toast(DONE[action]);
      },
    });
  const button = (action: "pause" | "resume", label: string, icon: React.ReactNode) =>
    isTaken(action, campaign) && (
      <Button icon={icon} busy={act.isPending && !asking} onClick={() => run(action)}>
        {label}
      </Button>
    );
  return (
    <>
      {act.isError && !asking && <FormProblem error={act.error} />}
      {isTaken("cancel", campaign) && (
        <Button look="danger" icon={<X aria-hidden />} onClick={() => setAsking(true)}>
          Cancel campaign
        </Button>
      )}
      {button("pause", "Pause", <Pause aria-hidden />)}
      {button("resume", "Resume", <Play aria-hidden />)}
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
