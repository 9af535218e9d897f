import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { FileUp } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/states";
import { useMay } from "@/lib/permissions";

const steps = () => [
  {
    title: t`Bring in your customers and orders`,
    text: t`A CSV file is enough.`,
    to: "/imports",
    action: t`Import`,
  },
  {
    title: t`Describe an audience`,
    text: t`By what people bought, when, and who they are.`,
    to: "/segments/new",
    action: t`New segment`,
  },
  {
    title: t`Write to them`,
    text: t`And see for each person what happened.`,
    to: "/campaigns/new",
    action: t`New campaign`,
  },
];

/** What to do in a CRM in which there is nothing yet. */
export default function FirstSteps() {
  if (!useMay("write")) {
    return (
      <Card>
        <Empty title={t`Nothing here yet`}>
          <Trans>The figures appear as customers and orders come in.</Trans>
        </Empty>
      </Card>
    );
  }
  return (
    <Card title={t`Three steps to your first campaign`}>
      <ol className="grid gap-4">
        {steps().map((step, index) => (
          <li key={step.to} className="flex flex-wrap items-center gap-4">
            <span className="grid size-9 place-items-center rounded-full bg-accent-soft font-semibold text-accent">
              {index + 1}
            </span>
            <div className="min-w-48 flex-1">
              <p className="font-medium">{step.title}</p>
              <p className="text-sm text-muted">{step.text}</p>
            </div>
            <ButtonLink
              to={step.to}
              look={index === 0 ? "primary" : "plain"}
              icon={index === 0 && <FileUp />}
            >
              {step.action}
            </ButtonLink>
          </li>
        ))}
      </ol>
    </Card>
  );
}
