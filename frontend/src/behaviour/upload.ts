/** Lists the chosen files with their sizes, and says at once which one the server would refuse as too large. */
export function listFiles(root: Document): void {
  for (const field of root.querySelectorAll<HTMLInputElement>("input[type=file][data-sr-max-bytes]")) {
    const list = root.getElementById(`${field.id}_files`);
    const limit = Number(field.dataset["srMaxBytes"]);
    if (!list) continue;
    const size = new Intl.NumberFormat(root.documentElement.lang, { maximumFractionDigits: 1 });
    field.addEventListener("change", () => {
      list.replaceChildren(
        ...Array.from(field.files ?? [], (file) => {
          const item = root.createElement("li");
          item.textContent = `${file.name} (${size.format(file.size / 1_000_000)} MB)`;
          if (file.size > limit) {
            item.className = "sr-files__late";
            item.append(` ▲ ${list.dataset["srTooLarge"] ?? ""}`);
          }
          return item;
        }),
      );
    });
  }
}
