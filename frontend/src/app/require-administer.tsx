import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Outlet } from "react-router";
import { ButtonLink } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { useMay } from "@/lib/permissions";

/** Guards the pages of administration: who follows a link to one gets the reason rather than refusals. */
export function Component() {
  if (useMay("administer")) return <Outlet />;
  return (
    <Page
      title={t`This page is for administrators`}
      description={t`Users, API keys, queues and the audit log are seen by owners and administrators. An owner or administrator can give you another role.`}
    >
      <div>
        <ButtonLink to="/">
          <Trans>To the dashboard</Trans>
        </ButtonLink>
      </div>
    </Page>
  );
}
