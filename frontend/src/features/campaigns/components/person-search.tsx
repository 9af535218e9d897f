import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useRef, useState } from "react";
import { Field } from "@/components/ui/field";
import { Failure, Skeleton } from "@/components/ui/states";
import type { Customer } from "@/lib/contract";
import { useDebounced } from "@/lib/use-debounced";
import { useFoundPeople } from "../api/drafts";

type PersonSearchProps = {
  chosen: Customer | undefined;
  /** Who is offered before anything is typed. */
  suggested: readonly Customer[];
  error: string | undefined;
  onChoose: (person: Customer) => void;
};

/** Chooses a customer by the beginning of the name or address. */
export function PersonSearch({ chosen, suggested, error, onChoose }: PersonSearchProps) {
  const [typed, setTyped] = useState("");
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLInputElement>(null);
  const search = typed.trim();
  const settled = useDebounced(search, 250);
  const found = useFoundPeople(settled);
  const isLooking = search !== "" && (search !== settled || found.isPending || found.isPlaceholderData);
  const people = search === "" ? suggested : isLooking ? [] : (found.data ?? []);
  const name = chosen && nameOf(chosen);

  function choose(person: Customer) {
    onChoose(person);
    setTyped("");
    setOpen(false);
    box.current?.focus();
  }

  return (
    <div className="grid max-w-md gap-2">
      <Field
        label={t`See it as another customer`}
        optional
        error={error}
        hint={
          name
            ? t`Shown for ${name} now. Others are found by the beginning of their name or e-mail address.`
            : t`By the beginning of the name or e-mail address.`
        }
      >
        {(control) => (
          <input
            {...control}
            ref={box}
            type="search"
            autoComplete="off"
            value={typed}
            maxLength={200}
            onChange={(event) => {
              setTyped(event.target.value);
              setOpen(true);
            }}
            onKeyDown={(event) => {
              if (event.key === "ArrowDown" && !isOpen) setOpen(true);
              if (event.key === "Escape") setOpen(false);
              if (event.key !== "Enter") return;
              // It does not go on to the next step.
              event.preventDefault();
              if (isOpen && people[0]) choose(people[0]);
            }}
            className="control"
          />
        )}
      </Field>
      {isOpen && (
        <div>
          {search !== "" && found.isError ? (
            <Failure error={found.error} onRetry={() => void found.refetch()} className="px-0! py-4!" />
          ) : isLooking ? (
            <div role="status" className="py-2">
              <span className="sr-only">
                <Trans>Searching</Trans>
              </span>
              <Skeleton className="h-5 w-3/5" />
            </div>
          ) : (
            <>
              <p role="status" className={people.length > 0 ? "sr-only" : "text-sm text-muted"}>
                {people.length > 0
                  ? plural(people.length, { one: "# customer found", other: "# customers found" })
                  : t`Nobody matches “${search}”.`}
              </p>
              <ul aria-label={t`Customers found`} className="grid gap-1">
                {people.map((person) => (
                  <li key={person.id}>
                    <button
                      type="button"
                      onClick={() => choose(person)}
                      className="w-full rounded-lg border border-line px-3.5 py-2 text-left text-sm wrap-anywhere transition-colors hover:bg-sunken"
                    >
                      {nameOf(person)}
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
    </div>
  );
}

const nameOf = ({ name, email }: Customer) => (name ? `${name}, ${email}` : email);
