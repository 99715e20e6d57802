import { want, wanted } from "./choice";
import { meantAsShortcut } from "./meant";

/** `/` search, `j` and `k` along the list, `Enter` opens (the link that has the focus, natively), `?` help. */
export function listenForShortcuts(root: Document): void {
  const help = root.querySelector<HTMLDialogElement>("dialog[data-sr-keys]");
  const box = help?.querySelector<HTMLInputElement>("[data-sr-keys-wanted]");
  if (box) {
    box.checked = wanted();
    box.addEventListener("change", () => want(box.checked));
  }
  for (const button of root.querySelectorAll("[data-sr-keys-open]")) {
    button.addEventListener("click", () => help?.showModal());
  }

  root.addEventListener("keydown", (event) => {
    if (!wanted() || !meantAsShortcut(event) || help?.open) return;
    if (shortcut(root, help, event.key)) event.preventDefault();
  });
}

function shortcut(root: Document, help: HTMLDialogElement | null, key: string): boolean {
  switch (key) {
    case "/": {
      const search = root.querySelector<HTMLInputElement>("[data-sr-search]");
      search?.focus();
      search?.select();
      return search !== null;
    }
    case "j":
      return move(root, 1);
    case "k":
      return move(root, -1);
    case "?":
      help?.showModal();
      return help !== null;
    default:
      return false;
  }
}

/** Moves the focus to the main link of the next or previous row; the list is read anew, since htmx may replace it. */
function move(root: Document, by: 1 | -1): boolean {
  const rows = Array.from(root.querySelectorAll<HTMLElement>("[data-sr-list] [data-sr-row]"));
  if (rows.length === 0) return false;
  const here = rows.findIndex((row) => row.contains(root.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by;
  rows[next]?.querySelector<HTMLElement>("a[href]")?.focus();
  return true;
}
