import { Navigate, useSearchParams } from "react-router";
import { returnAddress } from "@/lib/return-address";
import { useSession } from "@/lib/session";
import { SignInForm } from "../components/sign-in-form";

export function Component() {
  const [params] = useSearchParams();
  const now = useSession();
  // Once somebody is in, this sends them on to where they wanted to go.
  if (now.phase === "in") return <Navigate to={returnAddress(params)} replace />;
  return <SignInForm after={now.phase === "out" && now.left ? "left" : undefined} />;
}
