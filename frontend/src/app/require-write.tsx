import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Outlet } from "react-router";
import { ButtonLink } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { readOnly, useMay } from "@/lib/permissions";

/** Guards the pages that only make something: who may not gets the reason rather than a form that would be refused. */
export function Component() {
  if (useMay("write")) return <Outlet />;
  return (
    <Page title={t`Your role does not allow this`} description={readOnly()}>
      <div>
        <ButtonLink to="/">
          <Trans>To the dashboard</Trans>
        </ButtonLink>
      </div>
    </Page>
  );
}
