import { Suspense } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { signInAddress } from "@/lib/return-address";
import { userOf, useSession } from "@/lib/session";
import { page } from "./page";

const SignInAgain = page("sign-in", () => import("@/features/sign-in/components/sign-in-again"));

/**
 * Guards every page. Without a session it sends to the sign-in page, which comes back here. When a session ends under an
 * open page, the page stays mounted below the form, so that nothing typed into it is lost, unless another person comes in.
 */
export function RequireSession() {
  const now = useSession();
  const location = useLocation();
  const user = userOf(now);

  if (!user) {
    const left = now.phase === "out" && now.left;
    return <Navigate to={left ? "/sign-in" : signInAddress(location)} replace />;
  }
  const ended = now.phase === "ended";
  return (
    <>
      <div key={user.id} inert={ended} className={ended ? "hidden" : "contents"}>
        <Outlet />
      </div>
      {ended && (
        <Suspense>
          <SignInAgain />
        </Suspense>
      )}
    </>
  );
}
