import { patch } from "./patch";

const shortest = 1_000;
const longest = 60_000;
const silence = 40_000;
const quiet = 10_000;

/** Keeps every `data-sr-live` part of the page up to date; without this script a part only says of when it is. */
export function keepLive(root: Document): void {
  for (const part of root.querySelectorAll<HTMLElement>("[data-sr-live]")) {
    if (part.dataset["srLiveStream"]) new LivePart(part).begin();
  }
}

/**
 * One part. It listens to the edge, which only says that something is new, and fetches itself from its own address,
 * where the reader's rights are looked up each time: one request at a time, at most one a second, fewer where the server
 * is slow, none while nobody looks.
 */
class LivePart {
  private stream: EventSource | undefined;
  private readonly versions = new Map<string, number>();
  private timer: number | undefined;
  private fetching = false;
  private again = false;
  private over = false;
  private failures = 0;
  private gap = shortest;
  private asked = -longest;
  private heard = 0;
  private changed = performance.now();
  private known = performance.now();
  private spoken = -quiet;
  private readonly age: Intl.RelativeTimeFormat;
  private readonly state: HTMLElement;
  private readonly content: HTMLElement;

  constructor(private readonly part: HTMLElement) {
    this.age = new Intl.RelativeTimeFormat(part.ownerDocument.documentElement.lang, { numeric: "auto" });
    this.state = this.within("[data-sr-live-state]");
    this.content = this.within("[data-sr-live-content]");
  }

  begin(): void {
    const page = this.part.ownerDocument;
    page.addEventListener("visibilitychange", () => (page.hidden ? this.rest() : this.want()));
    // A page that was left and is come back to may show what its reader may no longer see.
    window.addEventListener("pageshow", (event) => event.persisted && this.want());
    window.addEventListener("pagehide", () => this.rest());
    window.setInterval(() => this.watch(), 5_000);
    if (!page.hidden) this.listen();
    this.show();
  }

  private within(selector: string): HTMLElement {
    const found = this.part.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`A live part lacks ${selector}`);
    return found;
  }

  private listen(): void {
    const address = this.part.dataset["srLiveStream"];
    if (!address) return;
    const stream = new EventSource(address);
    this.stream = stream;
    this.versions.clear();
    this.heard = performance.now();
    stream.addEventListener("tick", (event) => {
      this.heard = performance.now();
      this.failures = 0;
      const { topic, version } = JSON.parse(event.data) as { topic: string; version: number };
      if (this.versions.get(topic) !== version) this.want();
      this.versions.set(topic, version);
      this.show();
    });
    stream.addEventListener("beat", () => this.hear());
    stream.addEventListener("blind", () => {
      this.heard = performance.now();
      this.versions.clear();
      this.show();
    });
    // Its time is over, not its purpose: the next fetch brings an address to listen at.
    stream.addEventListener("over", () => this.lose(Math.random() * 2_000));
    stream.addEventListener("error", () => this.fail());
  }

  /** Nothing is new: what stands here is as of now. */
  private hear(): void {
    this.heard = performance.now();
    if (this.versions.size > 0 && !this.fetching && this.timer === undefined) this.known = this.heard;
  }

  /** Closes the stream; nothing is asked any more until somebody looks. */
  private rest(): void {
    this.stream?.close();
    this.stream = undefined;
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.show();
  }

  private lose(pause: number): void {
    this.rest();
    this.want(pause);
  }

  private fail(): void {
    this.failures += 1;
    this.lose(Math.min(longest, shortest * 2 ** this.failures) * (0.5 + Math.random() / 2));
  }

  /** Fetches soon: after the pause, and not before the gap since the last time is over; a little apart from others. */
  private want(pause = Math.random() * 250): void {
    if (this.over || this.part.ownerDocument.hidden) return;
    if (this.fetching) {
      this.again = true;
      return;
    }
    if (this.timer !== undefined) return;
    const wait = Math.max(pause, this.asked + this.gap - performance.now());
    this.timer = window.setTimeout(() => {
      this.timer = undefined;
      void this.fetch();
    }, wait);
  }

  private async fetch(): Promise<void> {
    this.fetching = true;
    this.again = false;
    this.asked = performance.now();
    try {
      const answer = await fetch(this.part.dataset["srLiveFragment"] ?? "", {
        headers: { Accept: "text/html", "If-None-Match": this.part.dataset["srLiveTag"] ?? "" },
        cache: "no-store",
        redirect: "manual",
        signal: AbortSignal.timeout(30_000),
      });
      await this.take(answer);
    } catch {
      this.fetching = false;
      this.fail();
      return;
    }
    // A server that takes long is asked less often.
    this.gap = Math.max(shortest, 10 * (performance.now() - this.asked));
    this.fetching = false;
    if (this.over || this.part.ownerDocument.hidden) return;
    if (!this.stream) this.listen();
    if (this.again) this.want();
  }

  private async take(answer: Response): Promise<void> {
    if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) {
      this.refuse();
      return;
    }
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    const html = answer.status === 304 ? undefined : await answer.text();
    this.part.dataset["srLiveStream"] = answer.headers.get("Sauro-Stream") ?? "";
    this.part.dataset["srLiveTag"] = answer.headers.get("ETag") ?? "";
    this.known = performance.now();
    if (html !== undefined) {
      this.replace(html);
      this.changed = this.known;
      this.say();
    }
    this.show();
  }

  private replace(html: string): void {
    const page = this.part.ownerDocument;
    const focused = page.activeElement;
    const fresh = page.createElement("template");
    fresh.innerHTML = html;
    patch(this.content, fresh.content);
    if (!(focused instanceof HTMLElement) || page.activeElement === focused) return;
    // What had the focus was moved, or is gone: the keyboard must not be thrown back to the top of the page.
    this.content.tabIndex = -1;
    (focused.isConnected ? focused : this.content).focus({ preventScroll: true });
  }

  /** The reader may no longer see this: what stood here goes, and nothing is asked again. */
  private refuse(): void {
    this.over = true;
    this.rest();
    const words = this.part.ownerDocument.createElement("p");
    words.className = "govuk-body";
    words.textContent = this.state.dataset["srRefused"] ?? "";
    this.content.replaceChildren(words);
    this.within("[data-sr-live-voice]").textContent = words.textContent;
    this.within("[data-sr-live-status]").hidden = true;
    this.within("[data-sr-live-age]").textContent = "";
    this.within("[data-sr-live-reload]").hidden = false;
    this.part.dataset["srLiveIs"] = "refused";
  }

  /** Tells a screen reader, politely and seldom. */
  private say(): void {
    const now = performance.now();
    if (now - this.spoken < quiet) return;
    this.spoken = now;
    const time = new Intl.DateTimeFormat(this.part.ownerDocument.documentElement.lang, { timeStyle: "medium" });
    const words = this.state.dataset["srSaid"] ?? "";
    this.within("[data-sr-live-voice]").textContent = words.replace("{time}", time.format(new Date()));
  }

  /** A line that was cut says nothing: silence is how it is known. */
  private watch(): void {
    if (this.stream && performance.now() - this.heard > silence) this.fail();
    this.show();
  }

  private show(): void {
    if (this.over) return;
    const live = this.stream !== undefined && this.versions.size > 0;
    const words = this.state.dataset;
    const seconds = Math.round((performance.now() - (live ? this.changed : this.known)) / 1_000);
    const age = seconds < 60 ? this.age.format(-seconds, "second") : this.age.format(-Math.round(seconds / 60), "minute");
    const status = this.within("[data-sr-live-status]");
    status.className = `sr-status sr-status--${live ? "on-time" : "late"}`;
    status.hidden = false;
    this.within("[data-sr-live-mark]").textContent = live ? "●" : "▲";
    this.within("[data-sr-live-word]").textContent = (live ? words["srOn"] : words["srOff"]) ?? "";
    const about = (live ? words["srChanged"] : words["srAsOf"]) ?? "";
    this.within("[data-sr-live-age]").textContent = `· ${about.replace("{age}", age)}`;
    this.within("[data-sr-live-reload]").hidden = live;
    this.part.dataset["srLiveIs"] = live ? "live" : "not-live";
  }
}
