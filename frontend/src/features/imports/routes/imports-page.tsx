import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { FileUp } from "lucide-react";
import { StatusBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { ImportJob } from "@/lib/contract";
import { formatDateTime, formatNumber } from "@/lib/format";
import { readOnly, useMay } from "@/lib/permissions";
import { useImports } from "../api/imports";
import { kindName, NewImport } from "../components/new-import";

const columns = (): Column<ImportJob>[] => [
  {
    header: t`Import`,
    main: true,
    cell: (job) => (
      <>
        <RowLink to={`/imports/${encodeURIComponent(job.id)}`}>{kindName(job.kind)}</RowLink>
        <p className="text-sm text-muted">{formatDateTime(job.createdAt)}</p>
      </>
    ),
  },
  { header: t`Status`, cell: (job) => <StatusBadge status={job.status} /> },
  { header: t`Rows`, end: true, from: "sm", cell: (job) => formatNumber(job.rows) },
  { header: t`Accepted`, end: true, from: "sm", cell: (job) => formatNumber(job.accepted) },
  { header: t`Rejected`, end: true, cell: (job) => formatNumber(job.rejected) },
];

export function Component() {
  const list = useImports();
  const mayWrite = useMay("write");
  return (
    <Page title={t`Imports`} description={mayWrite ? undefined : readOnly()}>
      {mayWrite && <NewImport />}
      <Card title={t`Earlier imports`} flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# import", other: "# imports" })}
          empty={
            <Empty icon={<FileUp />} title={t`Nothing imported yet`}>
              <Trans>Each import is listed here with its rows and what was rejected.</Trans>
            </Empty>
          }
        >
          {(items) => (
            <Table caption={t`Imports`} columns={columns()} rows={items} rowKey={(job) => job.id} />
          )}
        </ListView>
      </Card>
    </Page>
  );
}
