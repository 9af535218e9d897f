/** Opens a file at a signed address, which says by itself that it is to be saved, in a tab of its own where it is not. */
export function openFile(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.click();
}
