// The message list: keeps the DOM in step with a window of one chat.
import { pendingKey, renderMessage, spoken } from "./bubble.js";
import { byId, el } from "./dom.js";
import { refreshMoments } from "./entities.js";
import { announce } from "./overlay.js";

const NEAR_END_PX = 90;
const dayName = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export class MessageView {
  /** `hooks`: loadOlder(), loadNewest(), and what renderMessage takes. */
  constructor(hooks) {
    this.hooks = hooks;
    this.list = byId("messages");
    this.scroll = byId("scroll");
    this.older = byId("older");
    this.jump = byId("jump");
    this.pending = new Set();
    this.unseen = 0;
    this.window = null;
    this.loading = false;
    this.older.addEventListener("click", () => this.#wantOlder());
    this.jump.addEventListener("click", () => this.#toNewest());
    this.scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // Pictures and the composer change heights; who was at the end stays there.
    this.follow = true;
    new ResizeObserver(() => this.follow && this.toEnd()).observe(this.list);
    new ResizeObserver(() => this.follow && this.toEnd()).observe(this.scroll);
    setInterval(() => refreshMoments(this.list), 20000);
  }

  show(chatWindow, me) {
    this.window = chatWindow;
    this.me = me;
    this.unseen = 0;
    this.list.replaceChildren(...this.#rendered(chatWindow.ordered()));
    fitQuotes(this.list.children);
    this.#days();
    this.#chrome();
    this.toEnd();
  }

  apply(change) {
    const atEnd = this.follow;
    for (const id of change.removed) this.#remove(id);
    for (const id of change.changed) this.#replace(this.window.messages.get(id));
    if (change.added.length) this.#append(change.added.map((id) => this.window.messages.get(id)), atEnd);
    this.#chrome();
    if (atEnd) this.toEnd();
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.follow = true;
    this.unseen = 0;
    this.#chrome();
  }

  /** The button shows its spinner until the answer, wherever the message is drawn meanwhile. */
  setBusy(message, data, busy) {
    const key = pendingKey(message.chat.id, message.message_id, data);
    if (busy) this.pending.add(key);
    else this.pending.delete(key);
    const item = this.#item(message.message_id);
    if (!item || this.window?.chat.id !== message.chat.id) return;
    for (const button of item.querySelectorAll(".key[data-data]")) {
      if (button.dataset.data === data) button.toggleAttribute("aria-busy", busy);
      if (busy && button.dataset.data === data) button.setAttribute("aria-busy", "true");
    }
  }

  #options() {
    return { ...this.hooks, me: this.me, pending: this.pending, group: this.window.chat.type !== "private" };
  }

  #rendered(messages) {
    const options = this.#options();
    return messages.map((message) => renderMessage(message, options));
  }

  #item(id) { return this.list.querySelector(`[data-id="${id}"]`); }

  #append(messages, atEnd) {
    // While reading back, the window may grow past its size; it is cut when the end is reached.
    if (atEnd) for (const id of this.window.trimOldest()) this.#remove(id);
    const kept = messages.filter((message) => this.window.messages.has(message.message_id));
    const items = this.#rendered(kept);
    if (items.length <= 3) items.forEach((item) => item.classList.add("fresh"));
    this.list.append(...items);
    fitQuotes(items);
    this.#days();
    const foreign = kept.filter((message) => message.from?.id !== this.me);
    if (!atEnd) this.unseen += foreign.length;
    if (foreign.length > 3) announce(`${foreign.length} new messages. ${spoken(foreign.at(-1))}`);
    else if (foreign.length) announce(foreign.map(spoken).join(". "));
  }

  #replace(message) {
    const old = this.#item(message.message_id);
    if (!old) return;
    const item = this.#rendered([message])[0];
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.focus ?? "" : null;
    keepOpen(old, item);
    old.replaceWith(item);
    fitQuotes([item]);
    if (focused !== null) {
      const again = focused && item.querySelector(`[data-focus="${focused}"]`);
      (again || item.querySelector(".key") || this.scroll).focus({ preventScroll: true });
    }
    if (message.from?.id !== this.me && item === this.list.lastElementChild) announce(`Changed. ${spoken(message)}`);
  }

  #remove(id) {
    const item = this.#item(id);
    if (item?.contains(document.activeElement)) this.scroll.focus({ preventScroll: true });
    item?.remove();
    this.#days();
  }

  /** A line between days; the list is short, so it is simply made anew. */
  #days() {
    this.list.querySelectorAll(".day").forEach((line) => line.remove());
    let last = null;
    for (const item of [...this.list.children]) {
      const message = this.window.messages.get(Number(item.dataset.id));
      if (!message) continue;
      const day = dayName.format(new Date(message.date * 1000));
      if (day !== last) item.before(el("li", { class: "day" }, day));
      last = day;
    }
  }

  #chrome() {
    if (!this.window) return;
    this.older.hidden = !this.window.more;
    const waiting = this.window.detached ? this.window.missed : this.unseen;
    this.jump.hidden = this.follow && !this.window.detached;
    const label = waiting ? `${waiting} new, jump to newest` : "Jump to newest";
    if (this.jump.textContent !== label) this.jump.textContent = label;
    byId("typing").hidden = !this.window.typing;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    this.follow = !this.window?.detached && scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (this.follow) this.unseen = 0;
    this.#chrome();
    if (scrollTop < 200 && scrollHeight > clientHeight && !this.follow) this.#wantOlder();
  }

  async #wantOlder() {
    if (this.loading || !this.window?.more) return;
    this.loading = true;
    try {
      const { messages, more } = await this.hooks.loadOlder(this.window);
      const fromEnd = this.scroll.scrollHeight - this.scroll.scrollTop;
      const gone = this.window.prepend(messages, more);
      const items = this.#rendered(messages);
      this.list.prepend(...items);
      fitQuotes(items);
      this.#days();
      this.scroll.scrollTop = this.scroll.scrollHeight - fromEnd; // what was read stays in place
      gone.forEach((id) => this.#remove(id));
      this.#chrome();
    } catch {
      // The banner already says that the demo is away; scrolling asks again.
    } finally {
      this.loading = false;
    }
  }

  async #toNewest() {
    if (this.window.detached) await this.hooks.loadNewest(this.window);
    this.toEnd();
    byId("message").focus();
  }
}

/** "Show more" only where something is cut off; lengths are known once it is on the page. */
function fitQuotes(items) {
  for (const item of items) {
    for (const more of item.querySelectorAll(".quote-more")) {
      const body = more.previousElementSibling;
      more.hidden = body.classList.contains("cut") && body.scrollHeight <= body.clientHeight + 2;
    }
  }
}

/** What the reader opened stays open when the bot edits the message. */
function keepOpen(old, item) {
  for (const [selector, isOpen] of [
    [".quote-more", (node) => node.getAttribute("aria-expanded") === "true"],
    [".spoiler", (node) => node.classList.contains("shown")],
  ]) {
    const before = old.querySelectorAll(selector);
    item.querySelectorAll(selector).forEach((node, index) => {
      if (before[index] && isOpen(before[index])) node.click();
    });
  }
}
