import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import type { Settings } from "@/lib/contract";

/** What is no choice of people who use the product. */
export function DeploymentCard({ settings }: { settings: Settings }) {
  const { currency, consentDefaults, version } = settings;
  const assumed = (consents: boolean) => (consents ? t`consent, until they say no` : t`no consent`);
  return (
    <Card title={t`Deployment`}>
      <div className="grid gap-3">
        <Facts
          facts={[
            { label: t`Currency`, value: currency },
            { label: t`E-mail, if nothing was said`, value: assumed(consentDefaults.email) },
            { label: t`SMS, if nothing was said`, value: assumed(consentDefaults.sms) },
            { label: t`WhatsApp, if nothing was said`, value: assumed(consentDefaults.whatsapp) },
            { label: t`Version`, value: version },
          ]}
        />
        <p className="text-sm text-muted">
          <Trans>These are parameters of the deployment, and change with one.</Trans>
        </p>
      </div>
    </Card>
  );
}
