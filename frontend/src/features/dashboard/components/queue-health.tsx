import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { Empty } from "@/components/ui/states";
import type { QueueState } from "@/lib/contract";
import { formatNumber } from "@/lib/format";
import { queuesQuery } from "@/lib/queues";
import { Loaded } from "./loaded";

/** Whether what is accepted is also applied, for those who can do something about it. */
export function QueueHealth() {
  const queues = useQuery(queuesQuery);
  return (
    <Card
      title={t`Queues`}
      flush
      actions={
        <Link to="/queues" className="text-sm text-accent underline underline-offset-2">
          <Trans>All queues</Trans>
        </Link>
      }
    >
      <Loaded query={queues} empty={<Empty title={t`No queues are known`} />}>
        {(items) => <Health queues={items} />}
      </Loaded>
    </Card>
  );
}

function Health({ queues }: { queues: readonly QueueState[] }) {
  const sum = (figure: "depth" | "inFlight" | "deadLetters") =>
    queues.reduce((total, queue) => total + queue[figure], 0);
  const failing = queues.filter(({ deadLetters }) => deadLetters > 0);
  return (
    <div className="grid gap-4 px-5 pt-2 pb-5">
      <dl className="grid grid-cols-3 gap-4">
        <Figure label={t`Waiting`} value={formatNumber(sum("depth"))} />
        <Figure label={t`In flight`} value={formatNumber(sum("inFlight"))} />
        <Figure label={t`Dead letters`} value={formatNumber(sum("deadLetters"))} />
      </dl>
      <p className="flex flex-wrap items-center gap-2 text-sm text-muted">
        {failing.length === 0 ? (
          <Badge tone="good">{t`Nothing was set aside`}</Badge>
        ) : (
          failing.map(({ name, deadLetters }) => (
            <Badge key={name} tone="bad">
              {name}: {formatNumber(deadLetters)}
            </Badge>
          ))
        )}
      </p>
    </div>
  );
}
