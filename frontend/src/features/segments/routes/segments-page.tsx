import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Plus, Workflow } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Sparkline } from "@/components/ui/sparkline";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Segment } from "@/lib/contract";
import { formatNumber, formatRelative } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useSegments } from "@/lib/segments";
import { changeInAWeek, changeInWords } from "@/lib/size-change";
import { BuildingBadge } from "../components/building-badge";
import { RulesInWords } from "../components/rules-in-words";

const columns = (): Column<Segment>[] => [
  {
    header: t`Segment`,
    main: true,
    cell: (segment) => (
      <>
        <RowLink to={`/segments/${encodeURIComponent(segment.id)}`}>{segment.name}</RowLink>
        {segment.description && <p className="text-sm text-muted">{segment.description}</p>}
        <BuildingBadge segment={segment} />
      </>
    ),
  },
  {
    header: t`Kind`,
    from: "lg",
    cell: ({ kind }) => <Badge>{kind === "list" ? t`list` : t`rules`}</Badge>,
  },
  {
    header: t`Who belongs`,
    from: "sm",
    cell: (segment) => (
      <p className="line-clamp-2 max-w-xl text-sm text-muted">
        {segment.rules ? <RulesInWords rules={segment.rules} /> : t`Those who are named on the list`}
      </p>
    ),
  },
  {
    header: t`Members`,
    end: true,
    cell: (segment) => <Members segment={segment} />,
  },
  {
    header: t`Changed`,
    end: true,
    from: "md",
    cell: (segment) => (
      <span className="whitespace-nowrap text-muted">
        {formatRelative(segment.updatedAt ?? segment.createdAt)}
      </span>
    ),
  },
];

function Members({ segment }: { segment: Segment }) {
  const { count, recentSizes = [] } = segment;
  const change = changeInAWeek(segment);
  if (count === undefined) return <span className="text-muted">–</span>;
  return (
    <>
      <p className="flex items-center justify-end gap-2">
        <span className="hidden sm:block">
          <Sparkline values={recentSizes} />
        </span>
        {formatNumber(count)}
      </p>
      {change !== undefined && (
        <p className="text-sm whitespace-nowrap text-muted">{changeInWords(change)}</p>
      )}
    </>
  );
}

export function Component() {
  const list = useSegments();
  const create = useMay("write") ? (
    <ButtonLink look="primary" to="/segments/new" icon={<Plus aria-hidden />}>
      <Trans>New segment</Trans>
    </ButtonLink>
  ) : (
    <ButtonLink to="/segments/new">
      <Trans>Try an audience</Trans>
    </ButtonLink>
  );
  return (
    <Page title={t`Segments`} actions={create}>
      <Card flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# segment", other: "# segments" })}
          empty={
            <Empty icon={<Workflow />} title={t`No segments yet`} action={create}>
              <Trans>
                A segment is an audience described by rules, such as everyone who spent over 5,000 in the last
                90 days, and follows the data by itself; or a list of people whom you name.
              </Trans>
            </Empty>
          }
        >
          {(items) => (
            <Table caption={t`Segments`} columns={columns()} rows={items} rowKey={(segment) => segment.id} />
          )}
        </ListView>
      </Card>
    </Page>
  );
}
