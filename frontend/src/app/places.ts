/** Where the navigation leads, and whom. */
import { t } from "@lingui/core/macro";
import {
  ChartColumn,
  FileUp,
  KeyRound,
  Layers,
  type LucideIcon,
  Receipt,
  ScrollText,
  Send,
  Settings2,
  ShieldOff,
  ShoppingBag,
  Sparkles,
  UserCog,
  UsersRound,
  Webhook,
  Workflow,
} from "lucide-react";
import { useMay } from "@/lib/permissions";

/** `short` is for the bar of phones. Without `needs`, every role goes there. */
export type Place = { to: string; label: string; short?: string; icon: LucideIcon; needs?: "administer" };

export const places = (): Place[] => [
  { to: "/", label: t`Dashboard`, short: t`Home`, icon: ChartColumn },
  { to: "/customers", label: t`Customers`, icon: UsersRound },
  { to: "/orders", label: t`Orders`, icon: ShoppingBag },
  { to: "/segments", label: t`Segments`, icon: Workflow },
  { to: "/campaigns", label: t`Campaigns`, icon: Send },
  { to: "/imports", label: t`Imports`, icon: FileUp },
];

/** What is seldom gone to: below the others on wide screens, under the account on phones. */
const administration = (): Place[] => [
  { to: "/suppressions", label: t`Suppressions`, icon: ShieldOff },
  { to: "/users", label: t`Users`, icon: UserCog, needs: "administer" },
  { to: "/keys", label: t`API keys`, icon: KeyRound, needs: "administer" },
  { to: "/webhooks", label: t`Webhooks`, icon: Webhook, needs: "administer" },
  { to: "/queues", label: t`Queues`, icon: Layers, needs: "administer" },
  { to: "/costs", label: t`Costs`, icon: Receipt, needs: "administer" },
  { to: "/ai", label: t`Assistant`, icon: Sparkles, needs: "administer" },
  { to: "/audit", label: t`Audit log`, icon: ScrollText, needs: "administer" },
  { to: "/settings", label: t`Settings`, icon: Settings2, needs: "administer" },
];

/** The places of administration that are open to who is signed in. */
export function useAdministration(): readonly Place[] {
  const mayAdminister = useMay("administer");
  return administration().filter(({ needs }) => needs === undefined || mayAdminister);
}
