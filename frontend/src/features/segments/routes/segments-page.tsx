import { plural } from "@lingui/core/macro";
import { Plus, Workflow } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Segment } from "@/lib/contract";
import { formatNumber, formatRelative } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useSegments } from "@/lib/segments";
import { BuildingBadge } from "../components/building-badge";
import { RulesInWords } from "../components/rules-in-words";

const COLUMNS: Column<Segment>[] = [
  {
    header: "Segment",
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
    header: "Kind",
    from: "lg",
    cell: ({ kind }) => <Badge>{kind === "list" ? "list" : "rules"}</Badge>,
  },
  {
    header: "Who belongs",
    from: "sm",
    cell: (segment) => (
      <p className="line-clamp-2 max-w-xl text-sm text-muted">
        {segment.rules ? <RulesInWords rules={segment.rules} /> : "Those who are named on the list"}
      </p>
    ),
  },
  {
    header: "Members",
    end: true,
    cell: ({ count }) => (count === undefined ? <span className="text-muted">–</span> : formatNumber(count)),
  },
  {
    header: "Changed",
    end: true,
    from: "md",
    cell: (segment) => (
      <span className="whitespace-nowrap text-muted">
        {formatRelative(segment.updatedAt ?? segment.createdAt)}
      </span>
    ),
  },
];

export function Component() {
  const list = useSegments();
  const create = useMay("write") ? (
    <ButtonLink look="primary" to="/segments/new" icon={<Plus aria-hidden />}>
      New segment
    </ButtonLink>
  ) : (
    <ButtonLink to="/segments/new">Try an audience</ButtonLink>
  );
  return (
    <Page title="Segments" actions={create}>
      <Card flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# segment", other: "# segments" })}
          empty={
            <Empty icon={<Workflow />} title="No segments yet" action={create}>
              A segment is an audience described by rules, such as everyone who spent over 5,000 in the last
              90 days, and follows the data by itself; or a list of people whom you name.
            </Empty>
          }
        >
          {(items) => (
            <Table caption="Segments" columns={COLUMNS} rows={items} rowKey={(segment) => segment.id} />
          )}
        </ListView>
      </Card>
    </Page>
  );
}
