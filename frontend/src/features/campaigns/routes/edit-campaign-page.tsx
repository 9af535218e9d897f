import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Campaign } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { Problem } from "@/lib/problem";
import { isDraft, useCampaign } from "../api/campaigns";
import { useChangeDraft, useLaunchDraft } from "../api/drafts";
import { CampaignForm } from "../components/campaign-form";
import { type CampaignValues, changeOf, draftName, rebased, valuesOf } from "../components/campaign-values";
import { NoCampaign } from "../components/no-campaign";

/** What the form began from, what it has become, and the tag of what it began from. */
type Draft = { before: CampaignValues; values: CampaignValues; etag: string | null };

export function Component() {
  const { id = "" } = useParams();
  const campaign = useCampaign(id);
  if (!campaign.data) {
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
  // As loaded on arrival: a refresh in the background must change neither the form nor the tag that guards it.
  const draft = useDraft<Draft>(draftName(id), () => begun(loaded));
  const { before, values, etag } = draft.value;
  const [restored, setRestored] = useState(draft.restored);
  const [reloading, setReloading] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState<"saving" | "launching" | null>(null);
  const change = useChangeDraft(id);
  const launch = useLaunchDraft(id);
  const navigate = useNavigate();
  const home = `/campaigns/${encodeURIComponent(id)}`;
  const changes = changeOf(before, values);
  const isSaved = Object.keys(changes).length === 0;
  const outdated = fault instanceof Problem && fault.status === 412;

  /** Sends what has changed, if anything has; answers with the tag of what the server has then. */
  async function saved(): Promise<string | null> {
    if (isSaved) return etag;
    const kept = await change.mutateAsync({ change: changes, etag });
    draft.change({ before: values, values, etag: kept.etag });
    draft.forget();
    setRestored(false);
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
      draft.forget();
      toast(t`Campaign launched`);
      navigate(home);
    });

  async function reloadAndKeep() {
    setReloading(true);
    try {
      const fresh = begun(await reload());
      draft.change({ ...fresh, values: rebased(before, values, fresh.values) });
      setFault(null);
    } catch (failure) {
      setFault(failure);
    }
    setReloading(false);
  }

  return (
    <Page title={t`Edit ${name}`} back={{ to: home, label: name }}>
      <div role="status" className="empty:hidden">
        {restored && !isSaved && (
          <RestoredNotice
            onDiscard={() => {
              draft.change(begun(loaded));
              draft.forget();
              setRestored(false);
            }}
          />
        )}
      </div>
      <CampaignForm
        values={values}
        onChange={(next) => draft.change({ ...draft.value, values: next })}
        draftId={id}
        state={
          isSaved ? t`All of it is saved as a draft.` : t`Changes are not saved yet; this tab keeps them.`
        }
        busy={busy}
        error={fault}
        notice={
          outdated && (
            <div role="alert" className="grid gap-3 rounded-lg bg-warn-soft px-4 py-3 text-sm">
              <div>
                <p className="font-medium text-warn">
                  <Trans>Somebody else has changed or launched this draft meanwhile</Trans>
                </p>
                <p>
                  <Trans>
                    Nothing of yours is lost: load what is new below your changes, look it over, and try
                    again.
                  </Trans>
                </p>
              </div>
              <div>
                <Button busy={reloading} onClick={() => void reloadAndKeep()}>
                  <Trans>Reload and keep my changes</Trans>
                </Button>
              </div>
            </div>
          )
        }
        onSave={() => void save()}
        onLaunch={() => void send()}
      />
    </Page>
  );
}

function begun({ data, etag }: Tagged<Campaign>): Draft {
  const values = valuesOf(data);
  return { before: values, values, etag };
}
