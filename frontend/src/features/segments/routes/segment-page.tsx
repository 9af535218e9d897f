import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { Pencil, Send, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useParams } from "react-router";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Progress } from "@/components/ui/progress";
import { SkeletonRows } from "@/components/ui/states";
import type { Segment } from "@/lib/contract";
import { formatNumber } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { isGone } from "@/lib/problem";
import { useSegment } from "../api/segments";
import { BuildingBadge } from "../components/building-badge";
import { DeleteDialog } from "../components/delete-dialog";
import { ExplainCard } from "../components/explain-card";
import { ListPeopleCard } from "../components/list-people-card";
import { MembersCard } from "../components/members-card";
import { NoSegment } from "../components/no-segment";
import { OverlapCard } from "../components/overlap-card";
import { RulesInWords } from "../components/rules-in-words";
import { SizesCard } from "../components/sizes-card";

const back = () => ({ to: "/segments", label: t`Segments` });

export function Component() {
  const { id = "" } = useParams();
  const segment = useSegment(id);
  if (!segment.data || isGone(segment.error)) {
    return (
      <Page title={t`Segment`} back={back()}>
        <Card flush>
          {segment.isError ? (
            <NoSegment error={segment.error} onRetry={() => void segment.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  // Another segment begins afresh: nothing that was typed or chosen for the former one stays.
  return <Loaded key={id} segment={segment.data.data} etag={segment.data.etag} reload={segment.refetch} />;
}

type LoadedProps = { segment: Segment; etag: string | null; reload: () => Promise<unknown> };

function Loaded({ segment, etag, reload }: LoadedProps) {
  const [asking, setAsking] = useState(false);
  const mayWrite = useMay("write");
  const id = encodeURIComponent(segment.id);
  const isList = segment.kind === "list";
  return (
    <Page
      title={segment.name}
      aside={<BuildingBadge segment={segment} />}
      back={back()}
      description={segment.description}
      actions={
        mayWrite && (
          <>
            <Button look="danger" icon={<Trash2 aria-hidden />} onClick={() => setAsking(true)}>
              <Trans>Delete</Trans>
            </Button>
            <ButtonLink to={`/segments/${id}/edit`} icon={<Pencil aria-hidden />}>
              <Trans>Edit</Trans>
            </ButtonLink>
            <ButtonLink look="primary" to={`/campaigns/new?segment=${id}`} icon={<Send aria-hidden />}>
              <Trans>Write to them</Trans>
            </ButtonLink>
          </>
        )
      }
    >
      <Card title={isList ? t`A list` : t`Rules`}>
        <p className="wrap-anywhere">
          {segment.rules ? (
            <RulesInWords rules={segment.rules} />
          ) : (
            t`Those who were named belong, until they are taken off.`
          )}
        </p>
        <Count segment={segment} />
      </Card>
      {isList && mayWrite && <ListPeopleCard id={segment.id} />}
      <SizesCard segment={segment} />
      <MembersCard segment={segment} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <ExplainCard segment={segment} />
        <OverlapCard segment={segment} />
      </div>
      <DeleteDialog
        segment={segment}
        etag={etag}
        reload={reload}
        open={asking}
        onClose={() => setAsking(false)}
      />
    </Page>
  );
}

function Count({ segment: { count, state, progress = 0 } }: { segment: Segment }) {
  const shown = formatNumber(count ?? 0);
  return (
    <div className="mt-3 grid gap-2 text-muted">
      {count !== undefined && (
        <p>
          <Trans>
            <Figure>{shown}</Figure> <Plural value={count} one="member" other="members" />
          </Trans>
        </p>
      )}
      {state === "building" && (
        <>
          <p className="text-sm">
            {count === undefined
              ? t`The members are being found for the first time.`
              : t`Members are still those of the former rules, until those of the new ones are found.`}
          </p>
          <Progress
            label={t`Finding the members`}
            total={1}
            parts={[{ label: t`done`, value: progress, className: "bg-accent" }]}
          />
        </>
      )}
    </div>
  );
}

function Figure({ children }: { children: ReactNode }) {
  return <span className="text-xl font-semibold text-ink tabular-nums">{children}</span>;
}
