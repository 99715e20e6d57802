/** Says how many characters are left. Vietnamese is counted in NFC, as the server counts it. */
export function countCharacters(root: Document): void {
  for (const field of root.querySelectorAll<HTMLTextAreaElement>("textarea[data-sr-limit]")) {
    const line = root.getElementById(`${field.id}_count`);
    const limit = Number(field.dataset["srLimit"]);
    if (!line || !limit) continue;
    const show = (): void => {
      const left = limit - field.value.normalize("NFC").length;
      const words = left < 0 ? line.dataset["srOver"] : line.dataset["srLeft"];
      line.textContent = (words ?? "").replace("{n}", String(Math.abs(left)));
      line.classList.toggle("govuk-error-message", left < 0);
    };
    let waiting = 0;
    field.addEventListener("input", () => {
      // A screen reader would otherwise speak at every key.
      clearTimeout(waiting);
      waiting = window.setTimeout(show, 500);
    });
    if (field.value) show();
  }
}
