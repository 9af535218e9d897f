import { t } from "@lingui/core/macro";
import { Languages } from "lucide-react";
import { cn } from "@/lib/cn";
import { choose, LANGUAGES, type Language, language } from "@/lib/i18n";

/** The languages by their own names. Buttons, since the page is loaded again in the one that is pressed. */
export function LanguageChoice({ className }: { className?: string }) {
  return (
    <fieldset className={cn("flex items-center gap-1 text-sm", className)}>
      <legend className="sr-only">{t`Language`}</legend>
      <Languages aria-hidden className="mr-1 size-4 shrink-0 text-muted" />
      {(Object.keys(LANGUAGES) as Language[]).map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={one === language}
          onClick={() => choose(one)}
          className={cn(
            "min-h-8 rounded-md px-2.5 transition-colors",
            one === language
              ? "bg-accent-soft font-medium text-accent"
              : "text-muted hover:bg-sunken hover:text-ink",
          )}
        >
          {LANGUAGES[one].name}
        </button>
      ))}
    </fieldset>
  );
}
