import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { History, Workflow } from "lucide-react";
import { useId, useState } from "react";
import { Link } from "react-router";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Empty, Failure, SkeletonRows } from "@/components/ui/states";
import type { Customer, Membership } from "@/lib/contract";
import { formatDate, formatDateTime } from "@/lib/format";
import { useCustomerMoves, useCustomerSegments } from "../api/customers";
import { moveCauses } from "./move-causes";
import { WhySegmentDialog } from "./why-segment-dialog";

/** The segments to which a customer belongs, and on demand how that came about. */
export function CustomerSegments({ customer }: { customer: Customer }) {
  const { id } = customer;
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<Membership | null>(null);
  const history = useId();
  const segments = useCustomerSegments(id);
  return (
    <Card
      title={t`Segments`}
      flush
      actions={
        <Button
          look="quiet"
          icon={<History aria-hidden />}
          aria-expanded={open}
          aria-controls={open ? history : undefined}
          onClick={() => setOpen(!open)}
        >
          {t`History`}
        </Button>
      }
    >
      {segments.data ? (
        <Memberships memberships={segments.data.items} onWhy={setAsked} />
      ) : segments.isError ? (
        <Failure error={segments.error} onRetry={() => void segments.refetch()} />
      ) : (
        <SkeletonRows rows={2} />
      )}
      {open && (
        <section id={history} aria-label={t`History of segments`} className="border-t border-line">
          <Moves id={id} />
        </section>
      )}
      <WhySegmentDialog customer={customer} segment={asked} onClose={() => setAsked(null)} />
    </Card>
  );
}

type MembershipsProps = { memberships: Membership[]; onWhy: (segment: Membership) => void };

function Memberships({ memberships, onWhy }: MembershipsProps) {
  if (memberships.length === 0) {
    return (
      <Empty icon={<Workflow />} title={t`In no segment now`}>
        <Trans>Customers join a segment by themselves as soon as its rules hold for them.</Trans>
      </Empty>
    );
  }
  return (
    <ul aria-label={t`Belongs to`} className="divide-y divide-line">
      {memberships.map((segment) => {
        const { id, name, since } = segment;
        return (
          <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 px-5 py-2">
            <div className="min-w-0">
              <SegmentLink id={id} name={name} />
              <p className="text-sm text-muted">
                <Since at={since} />
              </p>
            </div>
            <Button
              look="quiet"
              aria-label={t`Why in ${name}?`}
              onClick={() => onWhy(segment)}
              className="-mr-3.5"
            >
              {t`Why?`}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

function Moves({ id }: { id: string }) {
  const list = useCustomerMoves(id);
  return (
    <ListView
      list={list}
      noun={(count) => plural(count, { one: "# move", other: "# moves" })}
      empty={
        <Empty icon={<History />} title={t`Nothing has happened yet`}>
          <Trans>
            Every time this customer enters a segment or leaves one, it is told here with the reason.
          </Trans>
        </Empty>
      }
    >
      {(items) => (
        <ol aria-label={t`Enters and leaves, newest first`} className="divide-y divide-line">
          {items.map((move, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: moves have no id, and the list only grows at its end
            <li key={index} className="px-5 py-2.5 text-sm">
              <p className="flex flex-wrap items-baseline gap-x-2">
                <Badge tone={move.event === "entered" ? "good" : "neutral"}>
                  {move.event === "entered" ? t`entered` : t`left`}
                </Badge>
                <SegmentLink id={move.segmentId} name={move.name} />
              </p>
              <p className="text-muted">
                <time dateTime={move.at}>{formatDateTime(move.at)}</time>, {moveCauses()[move.cause]}
              </p>
            </li>
          ))}
        </ol>
      )}
    </ListView>
  );
}

function Since({ at }: { at: string }) {
  const when = formatDate(at);
  return (
    <Trans>
      since <time dateTime={at}>{when}</time>
    </Trans>
  );
}

function SegmentLink({ id, name }: { id: string; name: string }) {
  return (
    <Link
      to={`/segments/${encodeURIComponent(id)}`}
      className="rounded font-medium wrap-anywhere hover:underline"
    >
      {name}
    </Link>
  );
}
