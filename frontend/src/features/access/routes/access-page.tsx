import { Navigate, useSearchParams } from "react-router";
import { useSession } from "@/lib/session";
import AccessForm from "../components/access-form";

export function Component() {
  const [params] = useSearchParams();
  const { token } = useSession();
  // Once there is a session, this sends the person on to where they wanted to go.
  if (token) return <Navigate to={ownPath(params.get("next"))} replace />;
  return <AccessForm onAccess={() => undefined} />;
}

/** Only a path of this app: `//host` and absolute addresses would lead elsewhere. */
function ownPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith("/access") ? next : "/";
}
