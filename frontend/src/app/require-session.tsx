import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import type { User } from "@/lib/contract";
import { useSession } from "@/lib/session";

const AccessForm = lazy(() => import("@/features/access/components/access-form"));

/**
 * Guards every page. Without a session it sends to the access page, which comes back here. When a session ends under
 * an open page, the page stays mounted below the form, so that nothing typed into it is lost.
 */
export function RequireSession() {
  const { token, user, expired } = useSession();
  const location = useLocation();
  const queryClient = useQueryClient();

  if (!token && !expired) {
    const here = location.pathname + location.search;
    return <Navigate to={here === "/" ? "/access" : `/access?next=${encodeURIComponent(here)}`} replace />;
  }

  const resume = (next: User) => {
    // Another person must not see what the previous one had loaded.
    if (next.email !== user?.email) queryClient.clear();
    void queryClient.resetQueries();
  };

  return (
    <>
      <div inert={expired} className={expired ? "hidden" : "contents"}>
        <Outlet />
      </div>
      {expired && (
        <Suspense>
          <AccessForm expired onAccess={resume} />
        </Suspense>
      )}
    </>
  );
}
