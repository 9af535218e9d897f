import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
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
      header: t`Key`,
      main: true,
      cell: ({ name, scopes, createdAt }) => (
        <>
          <p className="font-medium">{name}</p>
          <p className="text-sm text-muted">
            {sinceWhen(scopes.map(scopeName).join(", "), formatDate(createdAt))}
          </p>
        </>
      ),
    },
    { header: t`Status`, cell: (key) => <StatusBadge status={statusOf(key)} /> },
    {
      header: t`Last used`,
      from: "sm",
      cell: ({ lastUsedAt }) => (
        <span className="whitespace-nowrap text-muted">
          {lastUsedAt ? formatRelative(lastUsedAt) : t`never`}
        </span>
      ),
    },
    {
      header: t`Ends`,
      from: "md",
      cell: ({ expiresAt, revokedAt }) => (
        <span className="text-sm whitespace-nowrap text-muted">
          {revokedAt ? revokedWhen(formatDateTime(revokedAt)) : formatDateTime(expiresAt ?? undefined)}
        </span>
      ),
    },
    {
      header: t`Action`,
      end: true,
      cell: (key) =>
        !key.revokedAt && (
          <Button
            look="quiet"
            className="-my-1.5"
            aria-label={revokeName(key)}
            onClick={() => setRevoking(key)}
          >
            <Trans>Revoke</Trans>
          </Button>
        ),
    },
  ];

  return (
    <Page
      title={t`API keys`}
      description={t`By which other systems bring data, or read it, without a person.`}
    >
      <NewKeyCard />
      <Card title={t`Keys`} flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# key", other: "# keys" })}
          empty={
            <Empty icon={<KeyRound />} title={t`No keys yet`}>
              <Trans>
                A web shop that reports its orders needs one. Give each system a key of its own, so that one
                can be revoked without the others.
              </Trans>
            </Empty>
          }
        >
          {(items) => <Table caption={t`API keys`} columns={columns} rows={items} rowKey={({ id }) => id} />}
        </ListView>
      </Card>
      <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} />
    </Page>
  );
}

const sinceWhen = (scopes: string, day: string) => t`${scopes} · since ${day}`;
const revokedWhen = (moment: string) => t`Revoked ${moment}`;
const revokeName = ({ name }: ApiKey) => t`Revoke ${name}`;

function statusOf({ revokedAt, expiresAt }: ApiKey): "revoked" | "expired" | "active" {
  if (revokedAt) return "revoked";
  return expiresAt && Date.parse(expiresAt) <= Date.now() ? "expired" : "active";
}
