import { t } from "@lingui/core/macro";
import { X } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useRemoval } from "./use-removal";

type TagsInputProps = {
  label: string;
  hint?: string;
  value: readonly string[];
  error?: string | undefined;
  onChange: (value: string[]) => void;
};

/**
 * Tags, each with a button that takes it away, and a box in which Enter or a comma adds the next. What stands in the box
 * counts as well: were it added on leaving, the button that one presses for it would move from under the mouse.
 */
export function TagsInput({ label, hint, value, error, onChange }: TagsInputProps) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  /** Tags that only the box holds. */
  const [pending, setPending] = useState<readonly string[]>([]);
  const chosen = value.filter((tag) => !pending.includes(tag));
  const takeOut = useRemoval(value, (tag) => tag, onChange);
  const described = [error && `${id}-error`, `${id}-hint`].filter(Boolean).join(" ");

  // The form was emptied, or begun anew.
  if (pending.some((tag) => !value.includes(tag))) add();

  function type(next: string) {
    const named = next.split(",").map((tag) => tag.trim());
    const added = [...new Set(named)].filter((tag) => tag !== "" && !chosen.includes(tag));
    setText(next);
    setPending(added);
    if (added.length > 0 || pending.length > 0) onChange([...chosen, ...added]);
  }

  function add() {
    setText("");
    setPending([]);
  }

  function onKeyDown(event: KeyboardEvent) {
    // Not the Enter that ends the composition of a character.
    if (event.nativeEvent.isComposing) return;
    if ((event.key === "Enter" && text.trim() !== "") || event.key === ",") {
      event.preventDefault();
      add();
    }
    const last = chosen.at(-1);
    if (event.key === "Backspace" && text === "" && last !== undefined) remove(last);
  }

  function remove(tag: string) {
    takeOut(tag, t`${tag} taken away`, box.current);
    box.current?.focus();
  }

  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {chosen.length > 0 && (
        <ul aria-label={t`${label}: chosen`} className="flex flex-wrap gap-1.5">
          {chosen.map((tag) => (
            <li
              key={tag}
              className="inline-flex min-h-8 items-center gap-0.5 rounded-full bg-accent-soft pl-3 text-sm text-accent"
            >
              <span className="wrap-anywhere">{tag}</span>
              <button
                type="button"
                aria-label={t`Take away ${tag}`}
                onClick={() => remove(tag)}
                className="grid size-8 place-items-center rounded-full hover:bg-sunken [&_svg]:size-3.5"
              >
                <X aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        ref={box}
        id={id}
        value={text}
        maxLength={500}
        autoComplete="off"
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        className="control max-w-md"
      />
      {error && (
        <p id={`${id}-error`} className="text-sm text-danger">
          {error}
        </p>
      )}
      <p id={`${id}-hint`} className="text-sm text-muted">
        {hint ?? t`Enter or a comma adds a tag.`}
      </p>
    </div>
  );
}
