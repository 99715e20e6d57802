/**
 * Makes the children of `old` like those of `fresh` and touches only what differs, so that the focus, a selection and the
 * place to which something was scrolled stay. What the reader opened or typed stays too.
 */
export function patch(old: ParentNode & Node, fresh: ParentNode & Node): void {
  let here: ChildNode | null = old.firstChild;
  for (const wanted of Array.from(fresh.childNodes)) {
    const match = sameAs(wanted, here) ? here : named(old, wanted);
    if (!match) {
      old.insertBefore(wanted, here);
      continue;
    }
    if (match !== here) old.insertBefore(match, here);
    update(match, wanted);
    here = match.nextSibling;
  }
  while (here) {
    const next: ChildNode | null = here.nextSibling;
    here.remove();
    here = next;
  }
}

function sameAs(wanted: Node, old: ChildNode | null): old is ChildNode {
  if (!old || old.nodeName !== wanted.nodeName) return false;
  return !(old instanceof Element) || !(wanted instanceof Element) || old.id === wanted.id;
}

/** The child with the same id, wherever among its siblings it stood. */
function named(old: ParentNode, wanted: Node): ChildNode | undefined {
  if (!(wanted instanceof Element) || !wanted.id) return undefined;
  return Array.from(old.children).find((child) => child.id === wanted.id && child.nodeName === wanted.nodeName);
}

function update(old: ChildNode, wanted: Node): void {
  if (!(old instanceof Element) || !(wanted instanceof Element)) {
    if (old.nodeValue !== wanted.nodeValue) old.nodeValue = wanted.nodeValue;
    return;
  }
  for (const { name } of Array.from(old.attributes)) {
    if (!wanted.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of Array.from(wanted.attributes)) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  patch(old, wanted);
}
