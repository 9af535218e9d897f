import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { Card } from "@/components/ui/card";
import { OutdatedNotice } from "@/components/ui/outdated-notice";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Campaign } from "@/lib/contract";
import { useEdit } from "@/lib/edit";
import { isGone } from "@/lib/problem";
import { isDraft, useCampaign } from "../api/campaigns";
import { useChangeDraft, useLaunchDraft } from "../api/drafts";
import { CampaignForm } from "../components/campaign-form";
import { changeOf, draftName, rebased, valuesOf } from "../components/campaign-values";
import { NoCampaign } from "../components/no-campaign";

export function Component() {
  const { id = "" } = useParams();
  const campaign = useCampaign(id);
  if (!campaign.data || isGone(campaign.error)) {
    return (
      <Page title={t`Edit campaign`} back={{ to: "/campaigns", label: t`Campaigns` }}>
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
  // What has been launched, perhaps by somebody else just now, is not edited any more.
  if (!isDraft(campaign.data.data)) return <Navigate replace to={`/campaigns/${encodeURIComponent(id)}`} />;
  const reload = async () => (await campaign.refetch({ throwOnError: true })).data as Tagged<Campaign>;
  return <Edit key={id} loaded={campaign.data} reload={reload} />;
}

type EditProps = { loaded: Tagged<Campaign>; reload: () => Promise<Tagged<Campaign>> };

function Edit({ loaded, reload }: EditProps) {
  const { id, name } = loaded.data;
  const edit = useEdit({ name: draftName(id), loaded, reload, valuesOf, rebased });
  const { before, values, etag, fault, setFault } = edit;
  const [busy, setBusy] = useState<"saving" | "launching" | null>(null);
  const change = useChangeDraft(id);
  const launch = useLaunchDraft(id);
  const navigate = useNavigate();
  const home = `/campaigns/${encodeURIComponent(id)}`;
  const changes = changeOf(before, values);
  const isSaved = Object.keys(changes).length === 0;

  /** Sends what has changed, if anything has; answers with the tag of what the server has then. */
  async function saved(): Promise<string | null> {
    if (isSaved) return etag;
    const kept = await change.mutateAsync({ change: changes, etag });
    edit.accept(kept);
    return kept.etag;
  }

  async function attempt(what: "saving" | "launching", run: () => Promise<void>) {
    setBusy(what);
    setFault(null);
    await run().catch(setFault);
    setBusy(null);
  }

  const save = () =>
    attempt("saving", async () => {
      await saved();
      toast(t`Draft saved`);
    });

  const send = () =>
    attempt("launching", async () => {
      await launch.mutateAsync(await saved());
      edit.forget();
      toast(t`Campaign launched`);
      navigate(home);
    });

  return (
    <Page title={t`Edit ${name}`} back={{ to: home, label: name }}>
      <div role="status" className="empty:hidden">
        {edit.restored && !isSaved && <RestoredNotice onDiscard={edit.discard} />}
      </div>
      <CampaignForm
        values={values}
        onChange={edit.change}
        draftId={id}
        state={
          isSaved ? t`All of it is saved as a draft.` : t`Changes are not saved yet; this tab keeps them.`
        }
        busy={busy}
        error={fault}
        notice={
          edit.outdated && (
            <OutdatedNotice
              title={t`Somebody else has changed or launched this draft meanwhile`}
              reloading={edit.reloading}
              onReload={() => void edit.reloadAndKeep()}
            >
              <Trans>
                Nothing of yours is lost: load what is new below your changes, look it over, and try again.
              </Trans>
            </OutdatedNotice>
          )
        }
        onSave={() => void save()}
        onLaunch={() => void send()}
      />
    </Page>
  );
}
