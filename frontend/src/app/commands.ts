/** What the palette offers besides customers: the pages, and what can be made. */
import { FilePlus, type LucideIcon, PackagePlus, Send, Sparkles, UserPlus, Workflow } from "lucide-react";
import { useMay } from "@/lib/permissions";
import { PLACES, type Place, useAdministration } from "./places";

export type Command = {
  to: string;
  label: string;
  /** Says more about it, in small type. */
  detail?: string;
  icon: LucideIcon;
};

export type CommandGroup = { name: string; commands: readonly Command[] };

const CREATE: readonly Command[] = [
  { to: "/customers/new", label: "New customer", icon: UserPlus },
  { to: "/orders/new", label: "New order", icon: PackagePlus },
  { to: "/segments/new", label: "New segment", icon: Workflow },
  { to: "/campaigns/new", label: "New campaign", icon: Send },
  { to: "/campaigns/suggest", label: "Suggest a campaign", icon: Sparkles },
  { to: "/imports", label: "Import a CSV file", icon: FilePlus },
];

/** The commands of who is signed in that go by what was typed. */
export function useCommands(typed: string): CommandGroup[] {
  const mayWrite = useMay("write");
  const places = [...PLACES, ...useAdministration()].map(({ to, label, icon }: Place) => ({
    to,
    label,
    icon,
  }));
  const groups = [
    { name: "Go to", commands: places },
    { name: "Create", commands: mayWrite ? CREATE : [] },
  ];
  return groups.map(({ name, commands }) => ({
    name,
    commands: commands.filter(({ label }) => isCalled(label, typed)),
  }));
}

/** Whether each word that was typed begins one of the name's. */
export function isCalled(name: string, typed: string): boolean {
  const words = name.toLowerCase().split(/[\s-]+/);
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.every((begin) => words.some((word) => word.startsWith(begin)));
}
