/** Where the navigation leads. */
import {
  ChartColumn,
  FileUp,
  type LucideIcon,
  Send,
  ShieldOff,
  ShoppingBag,
  UsersRound,
  Workflow,
} from "lucide-react";

/** `short` is for the bar of phones. */
export type Place = { to: string; label: string; short?: string; icon: LucideIcon };

export const PLACES: readonly Place[] = [
  { to: "/", label: "Dashboard", short: "Home", icon: ChartColumn },
  { to: "/customers", label: "Customers", icon: UsersRound },
  { to: "/orders", label: "Orders", icon: ShoppingBag },
  { to: "/segments", label: "Segments", icon: Workflow },
  { to: "/campaigns", label: "Campaigns", icon: Send },
  { to: "/imports", label: "Imports", icon: FileUp },
];

/** What is seldom gone to: below the others on wide screens, under the account on phones. Every role may read it. */
export const ADMINISTRATION: readonly Place[] = [
  { to: "/suppressions", label: "Suppressions", icon: ShieldOff },
];
