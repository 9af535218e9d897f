import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Settings } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { useMay } from "@/lib/permissions";
import { Problem } from "@/lib/problem";
import { type SendingValues, sendingValuesOf } from "@/lib/sending";
import { useSettings } from "@/lib/settings";
import { useChangeSettings } from "../api/settings";
import { DeploymentCard } from "../components/deployment-card";
import { SettingsForm } from "../components/settings-form";
import { changeOf, DRAFT_NAME, rebased } from "../components/settings-values";

/** What the form began from, what it has become, and the tag of what it began from. */
type Draft = { before: SendingValues; values: SendingValues; etag: string | null };

/** What new campaigns begin with, and what the deployment was given. */
export function Component() {
  const settings = useSettings();
  const mayChange = useMay("administer");
  if (!settings.data) {
    return (
      <SettingsPage>
        <Card flush>
          {settings.isError ? (
            <Failure error={settings.error} onRetry={() => void settings.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </SettingsPage>
    );
  }
  const reload = async () => (await settings.refetch({ throwOnError: true })).data as Tagged<Settings>;
  return (
    <SettingsPage>
      {mayChange ? <Edit loaded={settings.data} reload={reload} /> : <Read settings={settings.data.data} />}
      <DeploymentCard settings={settings.data.data} />
    </SettingsPage>
  );
}

function SettingsPage({ children }: { children: ReactNode }) {
  return (
    <Page
      title={t`Settings`}
      description={t`A new campaign begins with these in its form, where each of them can still be changed. Campaigns that other programs launch are not touched.`}
    >
      <div className="grid max-w-3xl gap-5">{children}</div>
    </Page>
  );
}

function Read({ settings }: { settings: Settings }) {
  return (
    <>
      <Notice text={t`An owner or administrator can change them.`} />
      <SettingsForm
        disabled
        values={sendingValuesOf(settings)}
        onChange={() => {}}
        state=""
        busy={false}
        error={null}
        onSave={() => {}}
      />
    </>
  );
}

type EditProps = { loaded: Tagged<Settings>; reload: () => Promise<Tagged<Settings>> };

function Edit({ loaded, reload }: EditProps) {
  // As loaded on arrival: a refresh in the background must change neither the form nor the tag that guards it.
  const draft = useDraft<Draft>(DRAFT_NAME, () => begun(loaded));
  const { before, values, etag } = draft.value;
  const [restored, setRestored] = useState(draft.restored);
  const [reloading, setReloading] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const save = useChangeSettings();
  const changes = changeOf(before, values);
  const isSaved = Object.keys(changes).length === 0;
  const outdated = fault instanceof Problem && fault.status === 412;

  function accept(fresh: Draft) {
    draft.change(fresh);
    draft.forget();
    setRestored(false);
  }

  function submit() {
    setFault(null);
    if (isSaved) return toast(t`Settings saved`);
    save.mutate(
      { change: changes, etag },
      {
        onSuccess: (kept) => {
          accept(begun(kept));
          toast(t`Settings saved`);
        },
        onError: setFault,
      },
    );
  }

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
    <>
      <div role="status" className="empty:hidden">
        {restored && <RestoredNotice onDiscard={() => accept(begun(loaded))} />}
      </div>
      <SettingsForm
        disabled={false}
        values={values}
        onChange={(next) => draft.change({ ...draft.value, values: next })}
        state={isSaved ? t`All of it is saved.` : t`Changes are not saved yet; this tab keeps them.`}
        busy={save.isPending}
        error={fault}
        notice={
          outdated && (
            <div role="alert" className="grid gap-3 rounded-lg bg-warn-soft px-4 py-3 text-sm">
              <div>
                <p className="font-medium text-warn">
                  <Trans>Somebody else has changed the settings meanwhile</Trans>
                </p>
                <p>
                  <Trans>
                    Nothing of yours is lost: load what is new below your changes, look it over, and save
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
        onSave={submit}
      />
    </>
  );
}

function begun({ data, etag }: Tagged<Settings>): Draft {
  const values = sendingValuesOf(data);
  return { before: values, values, etag };
}
