import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ButtonLink } from "@/components/ui/button";
import { Page } from "@/components/ui/page";

export function Component() {
  return (
    <Page
      title={t`There is no such page`}
      description={t`The address may be mistyped, or what it showed is gone.`}
    >
      <div>
        <ButtonLink to="/">
          <Trans>To the dashboard</Trans>
        </ButtonLink>
      </div>
    </Page>
  );
}
