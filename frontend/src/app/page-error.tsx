import { useRouteError } from "react-router";
import { Button } from "@/components/ui/button";

/** The last resort: a page that broke, or a part of the app that could not be loaded after a new version came out. */
export function PageError() {
  const error = useRouteError();
  const stale = error instanceof TypeError && /import|module/i.test(error.message);
  return (
    <main role="alert" className="mx-auto grid max-w-md justify-items-start gap-4 px-6 py-24">
      <h1 className="text-2xl font-semibold tracking-tight">This page could not be shown</h1>
      <p className="text-muted">
        {stale
          ? "A part of the app could not be loaded. The connection may be gone, or a new version is out."
          : "Something unexpected happened. Nothing that you saved is lost."}
      </p>
      <Button look="primary" onClick={() => window.location.reload()}>
        Load the page again
      </Button>
    </main>
  );
}
