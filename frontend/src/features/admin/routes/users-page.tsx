import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { UserCog } from "lucide-react";
import { useState } from "react";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Page } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Colleague } from "@/lib/contract";
import { formatRelative } from "@/lib/format";
import { mayGrant, roleName } from "@/lib/permissions";
import { userOf, useSession } from "@/lib/session";
import { statusInWords } from "@/lib/status";
import { useUsers } from "../api/users";
import { AccessDialog, accessAction } from "../components/access-dialog";
import { InviteCard } from "../components/invite-card";
import { RoleDialog } from "../components/role-dialog";

const changeRoleName = ({ email }: Colleague) => t`Change the role of ${email}`;

type Asking = { about: Colleague; what: "role" | "access" };

/** Who works with the CRM, in which role, and who may come. */
export function Component() {
  const list = useUsers();
  const self = userOf(useSession());
  const [asking, setAsking] = useState<Asking | null>(null);
  const own = self?.role ?? "analyst";
  const close = () => setAsking(null);
  const about = (what: Asking["what"]) => (asking?.what === what ? asking.about : null);

  const columns: Column<Colleague>[] = [
    {
      header: t`User`,
      main: true,
      cell: ({ id, name, email, role, status }) => (
        <>
          <p className="font-medium">
            {name || email}
            {id === self?.id && (
              <span className="font-normal text-muted">
                {" "}
                <Trans>(you)</Trans>
              </span>
            )}
          </p>
          {name && <p className="text-sm text-muted">{email}</p>}
          <p className="text-sm text-muted sm:hidden">
            {status === "active" ? roleName(role) : `${roleName(role)}, ${statusInWords(status)}`}
          </p>
        </>
      ),
    },
    { header: t`Role`, from: "sm", cell: ({ role }) => <span className="capitalize">{roleName(role)}</span> },
    { header: t`Status`, from: "sm", cell: ({ status }) => <StatusBadge status={status} /> },
    {
      header: t`Last sign-in`,
      from: "md",
      cell: ({ lastSignInAt }) => (
        <span className="whitespace-nowrap text-muted">{formatRelative(lastSignInAt ?? undefined)}</span>
      ),
    },
    {
      header: t`Actions`,
      end: true,
      cell: (user) =>
        // Nobody changes themselves, nor anybody whose role they could not give.
        user.id !== self?.id &&
        mayGrant(own, user.role) && (
          <div className="-my-1.5 flex flex-wrap justify-end">
            <Button
              look="quiet"
              aria-label={changeRoleName(user)}
              onClick={() => setAsking({ about: user, what: "role" })}
            >
              <Trans>Role</Trans>
            </Button>
            <Button
              look="quiet"
              aria-label={`${accessAction(user)} ${user.email}`}
              onClick={() => setAsking({ about: user, what: "access" })}
            >
              {accessAction(user)}
            </Button>
          </div>
        ),
    },
  ];

  return (
    <Page title={t`Users`} description={t`Who works with this CRM, and what they may do.`}>
      <InviteCard own={own} />
      <Card title={t`Users and invitations`} flush>
        <ListView
          list={list}
          noun={(count) => plural(count, { one: "# user", other: "# users" })}
          empty={
            <Empty icon={<UserCog />} title={t`Nobody yet`}>
              <Trans>
                Invite the people whom you work with: marketers write to customers, analysts look at results.
              </Trans>
            </Empty>
          }
        >
          {(items) => (
            <Table
              caption={t`Users and invitations`}
              columns={columns}
              rows={items}
              rowKey={({ id }) => id}
            />
          )}
        </ListView>
      </Card>
      <RoleDialog user={about("role")} own={own} onClose={close} />
      <AccessDialog user={about("access")} onClose={close} />
    </Page>
  );
}
