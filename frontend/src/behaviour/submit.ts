/**
 * A second press of a button sends nothing. The server keeps each act once by its key in any case; this spares the
 * reader a puzzling second page. The button stays enabled, so that its own name and value are sent.
 */
export function sendOnce(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || "srRepeatable" in form.dataset) return;
    // Not form.method: a field of that name would stand in its place.
    if (form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (form.dataset["srSent"] === "yes") {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented) return;
    form.dataset["srSent"] = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
  });

  // Going back shows the page as it was left: it must be possible to send it again.
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll<HTMLFormElement>("form[data-sr-sent]")) {
      delete form.dataset["srSent"];
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });
}
