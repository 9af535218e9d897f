import { Outlet } from "react-router";
import { ButtonLink } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { READ_ONLY, useMay } from "@/lib/permissions";

/** Guards the pages that only make something: who may not gets the reason rather than a form that would be refused. */
export function Component() {
  if (useMay("write")) return <Outlet />;
  return (
    <Page title="Your role does not allow this" description={READ_ONLY}>
      <div>
        <ButtonLink to="/">To the dashboard</ButtonLink>
      </div>
    </Page>
  );
}
