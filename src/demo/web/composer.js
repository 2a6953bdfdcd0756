// The message box: sends, grows, and offers the bot's commands.
import { byId, el } from "./dom.js";

export class Composer {
  /** `hooks`: onSend(text) -> Promise, commands() -> [{command, description}], suffix(). */
  constructor(hooks) {
    this.hooks = hooks;
    this.box = byId("message");
    this.menu = byId("commands");
    this.button = byId("open-commands");
    this.shown = [];
    this.selected = -1;
    this.drafts = new Map();
    this.place = null;
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.box.addEventListener("input", () => { this.#grow(); this.#suggest(); });
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("blur", () => setTimeout(() => this.#blurred(), 120));
    this.button.addEventListener("click", () => this.#toggle());
    this.button.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  /** Each chat keeps its own draft. */
  moveTo(place, placeholder) {
    this.box.placeholder = placeholder;
    if (place === this.place) return; // read anew, as after a broken link
    // What was typed while the page was loading belongs to the first chat.
    if (this.place !== null) {
      this.drafts.set(this.place, this.box.value);
      this.box.value = this.drafts.get(place) ?? "";
    }
    this.place = place;
    this.close();
    this.#grow();
  }

  put(text) {
    this.box.value = text;
    this.close();
    this.#grow();
    this.focus();
    this.box.setSelectionRange(text.length, text.length);
  }

  focus() { this.box.focus(); }

  /** The bot's commands changed, perhaps while one is being typed. */
  commandsChanged() {
    if (document.activeElement === this.box && this.box.value) this.#suggest();
  }

  close() {
    this.menu.hidden = true;
    this.selected = -1;
    this.box.removeAttribute("aria-activedescendant");
    this.button.setAttribute("aria-expanded", "false");
  }

  async #submit() {
    const text = this.box.value.trim();
    if (!text) return this.focus();
    this.box.value = "";
    this.close();
    this.#grow();
    this.focus();
    const sent = await this.hooks.onSend(text);
    // A refused message goes back into the box, unless something else was typed meanwhile.
    if (!sent && !this.box.value) this.put(text);
  }

  #grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 160)}px`;
  }

  #toggle() {
    if (!this.menu.hidden) return this.close();
    this.#open(this.hooks.commands());
    this.focus();
  }

  #suggest() {
    const match = /^\/([\w]*)$/.exec(this.box.value);
    if (!match) return this.close();
    const start = match[1].toLowerCase();
    this.#open(this.hooks.commands().filter(({ command }) => command.startsWith(start)));
  }

  #open(commands) {
    this.shown = commands;
    this.selected = -1;
    this.menu.replaceChildren(...commands.map(({ command, description }, index) =>
      el("div", { class: "command", role: "option", id: `command-${index}`, "aria-selected": "false",
        onmousedown: (event) => event.preventDefault(), onclick: () => this.#pick(index) },
      el("b", {}, `/${command}`), el("span", {}, description))));
    // An empty listbox is no listbox: nothing is shown when nothing fits.
    this.menu.hidden = !commands.length;
    this.button.setAttribute("aria-expanded", String(!this.menu.hidden));
    if (commands.length) this.#select(0);
  }

  #select(index) {
    this.menu.children[this.selected]?.setAttribute("aria-selected", "false");
    this.selected = index;
    const option = this.menu.children[index];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", option.id);
  }

  #pick(index) {
    this.box.value = `/${this.shown[index].command}${this.hooks.suffix()}`;
    this.#submit();
  }

  #key(event) {
    if (event.isComposing) return;
    const open = !this.menu.hidden;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (open && this.selected >= 0) this.#pick(this.selected);
      else this.#submit();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#select((this.selected + step + this.shown.length) % this.shown.length);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (open && event.key === "Tab" && this.selected >= 0 && this.box.value.startsWith("/")) {
      event.preventDefault();
      this.box.value = `/${this.shown[this.selected].command} `;
      this.close();
    }
  }

  #blurred() {
    if (!document.activeElement?.closest("#composer")) this.close();
  }
}
