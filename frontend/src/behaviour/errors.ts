/** Moves focus to the error summary of a page that came back with errors, and from it to the field with its label. */
export function leadToErrors(root: Document): void {
  const summary = root.querySelector<HTMLElement>("[data-sr-errors]");
  if (!summary) return;
  summary.tabIndex = -1;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const field = link?.hash ? root.getElementById(link.hash.slice(1)) : null;
    if (!field) return;
    event.preventDefault();
    const label = field.closest("fieldset")?.querySelector("legend") ?? root.querySelector(`label[for="${field.id}"]`);
    (label ?? field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}
