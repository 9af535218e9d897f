import { plural } from "@lingui/core/macro";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { ApiKey } from "@/lib/contract";
import { formatDate, formatDateTime, formatRelative } from "@/lib/format";
import { useKeys } from "../api/keys";
import { NewKeyCard } from "../components/new-key-card";
import { RevokeDialog } from "../components/revoke-dialog";
import { scopeName } from "../components/scopes";

/** Keys by which other systems use the API. */
export function Component() {
  const list = useKeys();
  const [revoking, setRevoking] = useState<ApiKey | null>(null);

  const columns: Column<ApiKey>[] = [
    {
      header: "Key",
      main: true,
      cell: ({ name, scopes, createdAt }) => (
        <>
          <p className="font-medium">{name}</p>
          <p className="text-sm text-muted">
            {scopes.map(scopeName).join(", ")} · since {formatDate(createdAt)}
          </p>
        </>
      ),
    },
    { header: "Status", cell: (key) => <StatusBadge status={statusOf(key)} /> },
    {
      header: "Last used",
      from: "sm",
      cell: ({ lastUsedAt }) => (
        <span className="whitespace-nowrap text-muted">
          {lastUsedAt ? formatRelative(lastUsedAt) : "never"}
        </span>
      ),
    },
    {
      header: "Ends",
      from: "md",
      cell: ({ expiresAt, revokedAt }) => (
        <span className="text-sm whitespace-nowrap text-muted">
          {revokedAt ? `Revoked ${formatDateTime(revokedAt)}` : formatDateTime(expiresAt ?? undefined)}
        </span>
      ),
    },
    {
      header: "Action",
      end: true,
      cell: (key) =>
        !key.revokedAt && (
          <Button
            look="quiet"
            className="-my-1.5"
            aria-label={`Revoke ${key.name}`}
            onClick={() => setRevoking(key)}
          >
            Revoke
          </Button>
        ),
    },
  ];

  return (
    <Page title="API keys" description="By which other systems bring data, or read it, without a person.">
      <NewKeyCard />
      <Card title="Keys" flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# key", other: "# keys" })}
          empty={
            <Empty icon={<KeyRound />} title="No keys yet">
              A web shop that reports its orders needs one. Give each system a key of its own, so that one can
              be revoked without the others.
            </Empty>
          }
        >
          {(items) => <Table caption="API keys" columns={columns} rows={items} rowKey={({ id }) => id} />}
        </ListView>
      </Card>
      <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} />
    </Page>
  );
}

function statusOf({ revokedAt, expiresAt }: ApiKey): "revoked" | "expired" | "active" {
  if (revokedAt) return "revoked";
  return expiresAt && Date.parse(expiresAt) <= Date.now() ? "expired" : "active";
}
