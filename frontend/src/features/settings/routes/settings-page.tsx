import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { OutdatedNotice } from "@/components/ui/outdated-notice";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Settings } from "@/lib/contract";
import { useEdit } from "@/lib/edit";
import { useMay } from "@/lib/permissions";
import { sendingValuesOf } from "@/lib/sending";
import { useSettings } from "@/lib/settings";
import { useChangeSettings } from "../api/settings";
import { DeploymentCard } from "../components/deployment-card";
import { SettingsForm } from "../components/settings-form";
import { changeOf, DRAFT_NAME, rebased } from "../components/settings-values";

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
  const edit = useEdit({ name: DRAFT_NAME, loaded, reload, valuesOf: sendingValuesOf, rebased });
  const { before, values, etag, fault, setFault } = edit;
  const save = useChangeSettings(edit);
  const changes = changeOf(before, values);
  const isSaved = Object.keys(changes).length === 0;

  function submit() {
    setFault(null);
    if (isSaved) return toast(t`Settings saved`);
    save.mutate(
      { change: changes, etag },
      {
        onSuccess: (kept) => {
          edit.accept(kept);
          toast(t`Settings saved`);
        },
        onError: setFault,
      },
    );
  }

  return (
    <>
      <div role="status" className="empty:hidden">
        {edit.restored && <RestoredNotice onDiscard={edit.discard} />}
      </div>
      <SettingsForm
        disabled={false}
        values={values}
        onChange={edit.change}
        state={isSaved ? t`All of it is saved.` : t`Changes are not saved yet; this tab keeps them.`}
        busy={save.isPending}
        error={fault}
        notice={
          edit.outdated && (
            <OutdatedNotice
              title={t`Somebody else has changed the settings meanwhile`}
              reloading={edit.reloading}
              onReload={() => void edit.reloadAndKeep()}
            >
              <Trans>
                Nothing of yours is lost: load what is new below your changes, look it over, and save again.
              </Trans>
            </OutdatedNotice>
          )
        }
        onSave={submit}
      />
    </>
  );
}
