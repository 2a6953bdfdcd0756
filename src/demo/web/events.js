// Follows the server's events: resumes after the last one seen, so nothing is lost or doubled.

const RETRY_MS = [300, 600, 1200, 2500, 5000];

export class Events {
  #seen;
  #source = null;
  #failures = 0;
  #batch = [];
  #timer = null;

  /** `onEvents` gets events in order, many at once; `onLink` hears true and false. */
  constructor(seen, { onEvents, onLink }) {
    this.#seen = seen;
    this.onEvents = onEvents;
    this.onLink = onLink;
    this.#open();
  }

  restart(seen) {
    this.#seen = seen;
    this.#batch = [];
    this.#open();
  }

  #open() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const source = new EventSource(`api/events?after=${this.#seen}`);
    this.#source = source;
    source.onopen = () => {
      this.#failures = 0;
      this.onLink(true);
    };
    source.onmessage = (message) => this.#take(JSON.parse(message.data));
    // We reconnect ourselves: the browser gives up for good on some answers.
    source.onerror = () => {
      source.close();
      if (source !== this.#source) return;
      this.onLink(false);
      const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
      this.#timer = setTimeout(() => this.#open(), wait);
    };
  }

  #take(event) {
    if (event.seq <= this.#seen && event.type !== "gap") return;
    this.#seen = event.seq;
    this.#batch.push(event);
    if (this.#batch.length > 1) return;
    // One paint for a burst. A hidden tab gets no frames, so a timer stands in.
    const flush = () => {
      const events = this.#batch.splice(0);
      if (events.length) this.onEvents(events);
    };
    if (document.hidden) setTimeout(flush, 50);
    else requestAnimationFrame(flush);
  }
}
