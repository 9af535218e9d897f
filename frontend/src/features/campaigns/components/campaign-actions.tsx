import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Copy, Pause, Pencil, Play, Send, Trash2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Campaign } from "@/lib/contract";
import { useMay } from "@/lib/permissions";
import { type CampaignAction, isDraft, isOver, isTaken, useCampaignAction } from "../api/campaigns";
import { againOf } from "./campaign-values";
import { DeleteDraftDialog } from "./delete-draft-dialog";

const done = (): Record<CampaignAction, string> => ({
  pause: t`Campaign paused`,
  resume: t`Campaign resumed`,
  cancel: t`Campaign cancelled`,
});

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
        <Trans>Delete</Trans>
      </Button>
      <ButtonLink to={edit} icon={<Pencil aria-hidden />}>
        <Trans>Edit</Trans>
      </ButtonLink>
      <ButtonLink to={`${edit}?step=review`} look="primary" icon={<Send aria-hidden />}>
        <Trans>Review and launch</Trans>
      </ButtonLink>
      <DeleteDraftDialog loaded={loaded} reload={reload} open={deleting} onClose={() => setDeleting(false)} />
    </>
  );
}

function RunningActions({ campaign }: { campaign: Campaign }) {
  const { name } = campaign;
  const act = useCampaignAction(campaign.id);
  const [asking, setAsking] = useState(false);
  const cancelled = useRef(false);
  const { status } = campaign;
  const flow = (["pause", "resume"] as const).find((action) => isTaken(action, campaign));

  // The button is gone once the campaign is cancelled, and the focus with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each status, and when the question is closed
  useEffect(() => {
    if (asking || !cancelled.current || isTaken("cancel", campaign)) return;
    cancelled.current = false;
    if (document.activeElement === document.body) {
      document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    }
  }, [status, asking]);

  const run = (action: CampaignAction) => {
    cancelled.current = action === "cancel";
    act.mutate(action, {
      onSuccess: () => {
        // The answer to another action says nothing of the question that is open meanwhile.
        if (action === "cancel") setAsking(false);
        toast(done()[action]);
      },
    });
  };
  return (
    <>
      {isOver(campaign) && (
        <ButtonLink
          to={`/campaigns/new?segment=${encodeURIComponent(campaign.segmentId)}`}
          state={{ suggested: againOf(campaign, t`${name} (again)`) }}
          icon={<Copy aria-hidden />}
        >
          <Trans>Use again</Trans>
        </ButtonLink>
      )}
      {act.isError && !asking && <FormProblem error={act.error} />}
      {isTaken("cancel", campaign) && (
        <Button look="danger" icon={<X aria-hidden />} onClick={() => setAsking(true)}>
          <Trans>Cancel campaign</Trans>
        </Button>
      )}
      {flow && (
        // One and the same button, never disabled, so that it keeps the focus.
        <Button
          icon={flow === "pause" ? <Pause aria-hidden /> : <Play aria-hidden />}
          aria-busy={(act.isPending && !asking) || undefined}
          onClick={() => run(flow)}
        >
          {flow === "pause" ? t`Pause` : t`Resume`}
        </Button>
      )}
      <Dialog
        busy={act.isPending}
        open={asking}
        onClose={() => setAsking(false)}
        title={t`Cancel this campaign?`}
        footer={
          <>
            <Button disabled={act.isPending} onClick={() => setAsking(false)}>
              <Trans>Go on sending</Trans>
            </Button>
            <Button look="danger" busy={act.isPending} onClick={() => run("cancel")}>
              <Trans>Cancel campaign</Trans>
            </Button>
          </>
        }
      >
        <p className="text-muted">
          <Trans>Who has not been written to yet will not be. This cannot be undone.</Trans>
        </p>
        <FormProblem error={act.error} />
      </Dialog>
    </>
  );
}
