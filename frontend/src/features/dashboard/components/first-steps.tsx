import { FileUp } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/states";
import { useMay } from "@/lib/permissions";

const STEPS = [
  {
    title: "Bring in your customers and orders",
    text: "A CSV file is enough.",
    to: "/imports",
    action: "Import",
  },
  {
    title: "Describe an audience",
    text: "By what people bought, when, and who they are.",
    to: "/segments/new",
    action: "New segment",
  },
  {
    title: "Write to them",
    text: "And see for each person what happened.",
    to: "/campaigns/new",
    action: "New campaign",
  },
];

/** What to do in a CRM in which there is nothing yet. */
export default function FirstSteps() {
  if (!useMay("write")) {
    return (
      <Card>
        <Empty title="Nothing here yet">The figures appear as customers and orders come in.</Empty>
      </Card>
    );
  }
  return (
    <Card title="Three steps to your first campaign">
      <ol className="grid gap-4">
        {STEPS.map((step, index) => (
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
