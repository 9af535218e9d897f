import { t } from "@lingui/core/macro";
import { type ReactNode, useEffect, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Campaign, Settings } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { useSettings } from "@/lib/settings";
import { useKeepDraft, useLaunchCampaign } from "../api/drafts";
import { CampaignForm } from "../components/campaign-form";
import { begunWith, newDraftName, wireOf } from "../components/campaign-values";

/** A campaign from nothing: launched as it is, or first kept as a draft. */
export function Component() {
  const settings = useSettings();
  // Those of today, not of an earlier visit. Without them one may go on: nothing is sent before the review has shown the limits.
  if (!settings.isFetchedAfterMount) {
    return (
      <NewCampaign>
        <Card flush>
          <SkeletonRows />
        </Card>
      </NewCampaign>
    );
  }
  return <Begun settings={settings.data?.data ?? {}} missing={!settings.data} />;
}

function NewCampaign({ children }: { children: ReactNode }) {
  return (
    <Page
      title={t`New campaign`}
      back={{ to: "/campaigns", label: t`Campaigns` }}
      description={t`Nothing is sent before you have seen who will get it and confirmed.`}
    >
      {children}
    </Page>
  );
}

type BegunProps = {
  settings: Partial<Settings>;
  /** Whether it is not known what is set. */
  missing: boolean;
};

function Begun({ settings, missing }: BegunProps) {
  const [params] = useSearchParams();
  const segmentId = params.get("segment") ?? "";
  const suggested = useSuggested();
  const begun = () => ({ ...begunWith(settings, suggested), segmentId });
  const draft = useDraft(newDraftName(segmentId), begun);
  const [restored, setRestored] = useState(draft.restored);
  const keep = useKeepDraft(draft);
  const launch = useLaunchCampaign(draft);
  const navigate = useNavigate();

  // The next step of the form is another entry of the history, which does not hold it: the tab does from now on.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only on arrival
  useEffect(() => {
    if (suggested && !draft.restored) draft.change(draft.value);
  }, []);

  function save() {
    launch.reset();
    keep.mutate(wireOf(draft.value), {
      onSuccess: ({ data }) => {
        toast(t`Draft saved`);
        const step = params.get("step") ?? "audience";
        navigate(`/campaigns/${encodeURIComponent(data.id)}/edit?step=${step}`, { replace: true });
      },
    });
  }

  function send() {
    keep.reset();
    launch.mutate(wireOf(draft.value), {
      onSuccess: ({ id }) => {
        toast(t`Campaign launched`);
        navigate(`/campaigns/${encodeURIComponent(id)}`);
      },
    });
  }

  return (
    <NewCampaign>
      <div role="status" className="empty:hidden">
        {restored && (
          <RestoredNotice
            onDiscard={() => {
              draft.change(begun());
              draft.forget();
              setRestored(false);
            }}
          />
        )}
        {missing && !draft.restored && (
          <Notice
            text={t`The settings could not be loaded, so nothing of them is filled in: see the schedule and limits.`}
          />
        )}
      </div>
      <CampaignForm
        values={draft.value}
        onChange={draft.change}
        state={t`Not saved yet; this tab keeps it meanwhile.`}
        busy={keep.isPending ? "saving" : launch.isPending ? "launching" : null}
        error={keep.error ?? launch.error}
        onSave={save}
        onLaunch={send}
      />
    </NewCampaign>
  );
}

/** The campaign with which somebody comes from a suggestion. */
function useSuggested(): Partial<Campaign> | undefined {
  const { state } = useLocation();
  const [arrived] = useState<{ suggested?: Partial<Campaign> } | null>(state);
  return arrived?.suggested;
}
