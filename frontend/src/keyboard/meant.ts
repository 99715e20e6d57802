const fields = "input, textarea, select, [contenteditable]:not([contenteditable=false])";

/** True if a key press is a shortcut: not typing, not composing Vietnamese, not a browser's own combination. */
export function meantAsShortcut(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return false;
  // 229 and "Process" are what input methods send while a syllable is still being composed.
  if (event.isComposing || event.keyCode === 229 || event.key === "Process" || event.key === "Dead") return false;
  const where = event.target instanceof Element ? event.target : null;
  return !where?.closest(fields);
}
