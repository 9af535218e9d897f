import { ButtonLink } from "@/components/ui/button";
import { Page } from "@/components/ui/page";

export function Component() {
  return (
    <Page title="There is no such page" description="The address may be mistyped, or what it showed is gone.">
      <div>
        <ButtonLink to="/">To the dashboard</ButtonLink>
      </div>
    </Page>
  );
}
