import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { type Fact, Facts } from "@/components/ui/facts";
import type { Customer } from "@/lib/contract";
import { formatDate } from "@/lib/format";

/** Who somebody is, as far as it is known. */
export function ProfileCard({ customer }: { customer: Customer }) {
  const others = customer.otherEmails ?? [];
  return (
    <Card title={t`Profile`}>
      <Facts facts={profileFacts(customer)} />
      {others.length > 0 && (
        <div className="mt-4 border-t border-line pt-3 text-sm">
          <p id="other-emails" className="text-muted">
            <Trans>Also known as</Trans>
          </p>
          <ul aria-labelledby="other-emails" className="mt-1 grid gap-0.5">
            {others.map((email) => (
              <li key={email} className="wrap-anywhere">
                {email}
              </li>
            ))}
          </ul>
        </div>
      )}
      {customer.tags.length > 0 && (
        <ul aria-label={t`Tags`} className="mt-4 flex flex-wrap gap-1.5">
          {customer.tags.map((tag) => (
            <li key={tag}>
              <Badge>{tag}</Badge>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** On which channels somebody may be written to. */
export function ConsentCard({ customer }: { customer: Customer }) {
  return (
    <Card title={t`May be written to by`}>
      <Facts
        facts={[
          { label: t`E-mail`, value: <Consent given={customer.emailConsent} /> },
          { label: "SMS", value: <Consent given={customer.smsConsent} /> },
          { label: "WhatsApp", value: <Consent given={customer.whatsappConsent} /> },
        ]}
      />
    </Card>
  );
}

function Consent({ given }: { given: boolean }) {
  return <Badge tone={given ? "good" : "neutral"}>{given ? t`Yes` : t`No`}</Badge>;
}

function profileFacts(customer: Customer): Fact[] {
  const place = [customer.city, customer.country].filter(Boolean).join(", ");
  const facts: (Fact | false)[] = [
    Boolean(customer.phone) && { label: t`Phone`, value: customer.phone },
    place !== "" && { label: t`Place`, value: place },
    Boolean(customer.timeZone) && { label: t`Time zone`, value: customer.timeZone },
    { label: t`Customer since`, value: formatDate(customer.createdAt) },
    { label: t`First order`, value: formatDate(customer.firstOrderAt) },
    { label: t`Last order`, value: formatDate(customer.lastOrderAt) },
    ...Object.entries(customer.attributes ?? {}).map(([label, value]) => ({
      label,
      value: typeof value === "boolean" ? (value ? t`yes` : t`no`) : String(value),
    })),
  ];
  return facts.filter((fact) => fact !== false);
}
