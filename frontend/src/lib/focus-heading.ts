/** Gives the focus to the page's heading: where what had it goes, and nothing stands in its place. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}
