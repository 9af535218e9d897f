import { plural, t } from "@lingui/core/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Search, UserRound, UsersRound } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { call } from "@/lib/call";
import { cn } from "@/lib/cn";
import { useDebounced } from "@/lib/use-debounced";
import { type Command, type CommandGroup, useCommands } from "./commands";

/** A letter finds too many to be of use. */
const SHORTEST = 2;
const MOST = 6;

/** Goes to pages and customers by a few letters, and begins new things. A combobox over a list, in a dialog. */
export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  // The dialog is taken away rather than closed, so the browser does not give the focus back by itself.
  const [opener] = useState(() => document.activeElement);

  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
    dialog.current?.querySelector("input")?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [opener]);

  function run({ to }: Command) {
    onClose();
    navigate(to);
  }

  return (
    <dialog
      ref={dialog}
      aria-label={t`Search or go to`}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      className="mx-auto mt-[12vh] mb-auto w-[min(36rem,calc(100vw-2rem))] overflow-hidden rounded-2xl border border-line bg-surface p-0 text-ink shadow-2xl max-sm:mt-4"
    >
      <Choice typed={typed} onType={setTyped} onRun={run} />
    </dialog>
  );
}

type ChoiceProps = { typed: string; onType: (typed: string) => void; onRun: (command: Command) => void };

function Choice({ typed, onType, onRun }: ChoiceProps) {
  const id = useId();
  const search = useDebounced(typed.trim(), 150);
  const commands = useCommands(typed);
  const customers = useCustomerCommands(search, typed.trim());
  // What comes later stands below, so that nothing moves away under the Enter key.
  const groups = [...commands, customers.group].filter((group) => group.commands.length > 0);
  const options = groups.filter(({ outdated }) => !outdated).flatMap((group) => group.commands);
  const [active, setActive] = useState<string | null>(null);
  const index = Math.max(
    0,
    options.findIndex((option) => keyOf(option) === active),
  );
  const chosen = options[index];
  const list = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is chosen
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView?.({ block: "nearest" });
  }, [active]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length > 0) {
      event.preventDefault();
      const next = options[(index + step + options.length) % options.length];
      setActive(next ? keyOf(next) : null);
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      onRun(chosen);
    }
  }

  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden className="size-4.5 shrink-0 text-muted" />
        <input
          role="combobox"
          aria-label={t`Page, customer or command`}
          aria-autocomplete="list"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={chosen && `${id}-${keyOf(chosen)}`}
          placeholder={t`Where to? A page, a customer, something new`}
          value={typed}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            onType(event.target.value);
            setActive(null);
          }}
          onKeyDown={onKeyDown}
          className="min-h-13 min-w-0 flex-1 bg-transparent outline-none"
        />
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={t`Suggestions`}
        // The focus stays in the box.
        onMouseDown={(event) => event.preventDefault()}
        className="max-h-[min(24rem,60vh)] overflow-y-auto p-2 empty:hidden"
      >
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of controls
          <div key={group.key} role="group" aria-labelledby={`${id}-${group.key}`}>
            <p id={`${id}-${group.key}`} role="presentation" className="px-3 pt-2 pb-1 text-xs text-muted">
              {group.name}
            </p>
            {group.commands.map((command) => (
              <Option
                key={keyOf(command)}
                id={`${id}-${keyOf(command)}`}
                command={command}
                chosen={command === chosen}
                outdated={group.outdated}
                onPoint={() => setActive(keyOf(command))}
                onRun={() => onRun(command)}
              />
            ))}
          </div>
        ))}
      </div>
      <p
        role="status"
        className={cn("px-5 py-3 text-sm text-muted", options.length > 0 && !customers.note && "sr-only")}
      >
        {customers.note ??
          (options.length > 0 ? suggestionsInWords(options.length) : t`Nothing goes by that.`)}
      </p>
    </>
  );
}

const suggestionsInWords = (count: number) => plural(count, { one: "# suggestion", other: "# suggestions" });

type OptionProps = {
  id: string;
  command: Command;
  chosen: boolean;
  /** Answers what was typed before: still there to be read, and not to be chosen. */
  outdated: boolean | undefined;
  onPoint: () => void;
  onRun: () => void;
};

/** The focus stays in the box, whose keys do what the mouse does here. */
function Option({ id, command, chosen, outdated = false, onPoint, onRun }: OptionProps) {
  const { label, detail, icon: Icon } = command;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      aria-disabled={outdated || undefined}
      onPointerMove={outdated ? undefined : onPoint}
      onClick={outdated ? undefined : onRun}
      className={cn(
        "flex min-h-10 items-center gap-3 rounded-lg px-3 py-1.5 text-sm [&_svg]:size-4 [&_svg]:shrink-0",
        chosen ? "bg-accent-soft text-accent" : outdated ? "text-muted" : "text-ink",
        !outdated && "cursor-pointer",
      )}
    >
      <Icon aria-hidden />
      <span className="min-w-0">
        <span className="block truncate">{label}</span>
        {detail && <span className="block truncate text-xs text-muted">{detail}</span>}
      </span>
    </div>
  );
}

type Customers = { group: CommandGroup; note: string | undefined };

/** The customers whom a search finds, and the way to all of them. `search` follows what is `typed` with a delay. */
function useCustomerCommands(search: string, typed: string): Customers {
  const isAsked = search.length >= SHORTEST && typed.length >= SHORTEST;
  const found = useQuery({
    queryKey: ["customers", "palette", search],
    queryFn: ({ signal }) => call("GET /api/customers", { query: { search, limit: MOST }, signal }),
    enabled: isAsked,
    placeholderData: keepPreviousData,
  });
  const items = isAsked ? (found.data?.items ?? []) : [];
  const outdated = found.isPlaceholderData || search !== typed;
  const commands: Command[] = items.map(({ id, name, email }) => ({
    to: `/customers/${encodeURIComponent(id)}`,
    label: name || email,
    ...(name && { detail: email }),
    icon: UserRound,
  }));
  if (items.length > 0) {
    const to = `/customers?search=${encodeURIComponent(search)}`;
    commands.push({ to, label: t`All customers like “${search}”`, icon: UsersRound });
  }
  const note = !isAsked
    ? undefined
    : found.isError
      ? t`Customers cannot be looked for at the moment.`
      : found.isPending || outdated
        ? t`Looking for customers…`
        : undefined;
  return { group: { key: "customers", name: t`Customers`, commands, outdated }, note };
}

/** What tells commands apart; one address may be there twice. */
const keyOf = ({ to, label }: Command) => `${to} ${label}`.replace(/\s+/g, "_");
