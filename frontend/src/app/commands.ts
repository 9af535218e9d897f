/** What the palette offers besides customers: the pages, and what can be made. */
import { t } from "@lingui/core/macro";
import { FilePlus, type LucideIcon, PackagePlus, Send, Sparkles, UserPlus, Workflow } from "lucide-react";
import { useMay } from "@/lib/permissions";
import { type Place, places, useAdministration } from "./places";

export type Command = {
  to: string;
  label: string;
  /** Says more about it, in small type. */
  detail?: string;
  icon: LucideIcon;
};

export type CommandGroup = {
  key: string;
  name: string;
  commands: readonly Command[];
  /** Whether they answer other words than those that stand in the box by now. */
  outdated?: boolean;
};

const creations = (): Command[] => [
  { to: "/customers/new", label: t`New customer`, icon: UserPlus },
  { to: "/orders/new", label: t`New order`, icon: PackagePlus },
  { to: "/segments/new", label: t`New segment`, icon: Workflow },
  { to: "/campaigns/new", label: t`New campaign`, icon: Send },
  { to: "/campaigns/suggest", label: t`Suggest a campaign`, icon: Sparkles },
  { to: "/imports", label: t`Import a CSV file`, icon: FilePlus },
];

/** The commands of who is signed in that go by what was typed. */
export function useCommands(typed: string): CommandGroup[] {
  const mayWrite = useMay("write");
  const reachable = [...places(), ...useAdministration()].map(({ to, label, icon }: Place) => ({
    to,
    label,
    icon,
  }));
  const groups = [
    { key: "go", name: t`Go to`, commands: reachable },
    { key: "create", name: t`Create`, commands: mayWrite ? creations() : [] },
  ];
  return groups.map(({ key, name, commands }) => ({
    key,
    name,
    commands: commands.filter(({ label, to }) => isCalled(`${label} ${inEnglish(to)}`, typed)),
  }));
}

/** An address has the words that somebody types who writes in Latin letters whatever the language of the page. */
const inEnglish = (to: string) => to.replaceAll("/", " ");

/** Whether each word that was typed begins one of the name's. */
export function isCalled(name: string, typed: string): boolean {
  const words = name.toLowerCase().split(/[\s-]+/);
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.every((begin) => words.some((word) => word.startsWith(begin)));
}
