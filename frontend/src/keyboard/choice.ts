const place = "sauro.keys";

/** Whether this reader wants the shortcuts; kept in the browser only, on until switched off (WCAG 2.1.4). */
export function wanted(): boolean {
  try {
    return localStorage.getItem(place) !== "off";
  } catch {
    return true;
  }
}

export function want(on: boolean): void {
  try {
    if (on) localStorage.removeItem(place);
    else localStorage.setItem(place, "off");
  } catch {
    // A browser that keeps nothing asks again on the next page.
  }
}
