import { plural } from "@lingui/core/macro";
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
import { NewImport } from "../components/new-import";

const COLUMNS: Column<ImportJob>[] = [
  {
    header: "Import",
    main: true,
    cell: (job) => (
      <>
        <RowLink to={`/imports/${encodeURIComponent(job.id)}`}>
          <span className="capitalize">{job.kind}</span>
        </RowLink>
        <p className="text-sm text-muted">{formatDateTime(job.createdAt)}</p>
      </>
    ),
  },
  { header: "Status", cell: (job) => <StatusBadge status={job.status} /> },
  { header: "Rows", end: true, from: "sm", cell: (job) => formatNumber(job.rows) },
  { header: "Accepted", end: true, from: "sm", cell: (job) => formatNumber(job.accepted) },
  { header: "Rejected", end: true, cell: (job) => formatNumber(job.rejected) },
];

export function Component() {
  const list = useImports();
  const mayWrite = useMay("write");
  return (
    <Page title="Imports" description={mayWrite ? undefined : readOnly()}>
      {mayWrite && <NewImport />}
      <Card title="Earlier imports" flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# import", other: "# imports" })}
          empty={
            <Empty icon={<FileUp />} title="Nothing imported yet">
              Each import is listed here with its rows and what was rejected.
            </Empty>
          }
        >
          {(items) => <Table caption="Imports" columns={COLUMNS} rows={items} rowKey={(job) => job.id} />}
        </ListView>
      </Card>
    </Page>
  );
}
