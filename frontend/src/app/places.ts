/** Where the navigation leads, and whom. */
import {
  ChartColumn,
  FileUp,
  KeyRound,
  Layers,
  type LucideIcon,
  ScrollText,
  Send,
  Settings2,
  ShieldOff,
  ShoppingBag,
  Sparkles,
  UserCog,
  UsersRound,
  Workflow,
} from "lucide-react";
import { useMay } from "@/lib/permissions";

/** `short` is for the bar of phones. Without `needs`, every role goes there. */
export type Place = { to: string; label: string; short?: string; icon: LucideIcon; needs?: "administer" };

export const PLACES: readonly Place[] = [
  { to: "/", label: "Dashboard", short: "Home", icon: ChartColumn },
  { to: "/customers", label: "Customers", icon: UsersRound },
  { to: "/orders", label: "Orders", icon: ShoppingBag },
  { to: "/segments", label: "Segments", icon: Workflow },
  { to: "/campaigns", label: "Campaigns", icon: Send },
  { to: "/imports", label: "Imports", icon: FileUp },
];

/** What is seldom gone to: below the others on wide screens, under the account on phones. */
const ADMINISTRATION: readonly Place[] = [
  { to: "/suppressions", label: "Suppressions", icon: ShieldOff },
  { to: "/users", label: "Users", icon: UserCog, needs: "administer" },
  { to: "/keys", label: "API keys", icon: KeyRound, needs: "administer" },
  { to: "/queues", label: "Queues", icon: Layers, needs: "administer" },
  { to: "/ai", label: "Assistant", icon: Sparkles, needs: "administer" },
  { to: "/audit", label: "Audit log", icon: ScrollText, needs: "administer" },
  { to: "/settings", label: "Settings", icon: Settings2, needs: "administer" },
];

/** The places of administration that are open to who is signed in. */
export function useAdministration(): readonly Place[] {
  const mayAdminister = useMay("administer");
  return ADMINISTRATION.filter(({ needs }) => needs === undefined || mayAdminister);
}
