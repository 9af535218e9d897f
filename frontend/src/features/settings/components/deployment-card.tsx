import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import type { Settings } from "@/lib/contract";

/** What is no choice of people who use the product. */
export function DeploymentCard({ settings }: { settings: Settings }) {
  const { currency, consentDefaults, version } = settings;
  const assumed = (consents: boolean) => (consents ? "consent, until they say no" : "no consent");
  return (
    <Card title="Deployment">
      <div className="grid gap-3">
        <Facts
          facts={[
            { label: "Currency", value: currency },
            { label: "E-mail, if nothing was said", value: assumed(consentDefaults.email) },
            { label: "SMS, if nothing was said", value: assumed(consentDefaults.sms) },
            { label: "WhatsApp, if nothing was said", value: assumed(consentDefaults.whatsapp) },
            { label: "Version", value: version },
          ]}
        />
        <p className="text-sm text-muted">These are parameters of the deployment, and change with one.</p>
      </div>
    </Card>
  );
}
