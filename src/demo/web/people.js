// The left panel: who you are, and which chat is open.
import { byId, el, icon, initials } from "./dom.js";

export function avatar(name, index, bot = false) {
  return bot
    ? el("span", { class: "avatar bot", "aria-hidden": "true" })
    : el("span", { class: `avatar c${index % 4}`, "aria-hidden": "true" }, initials(name));
}

const badge = (count) => count > 0 && el("span", { class: "badge" }, String(count), el("span", { class: "sr-only" }, " unread"));

export class People {
  /** `hooks`: onPerson(id), onChat(id). */
  constructor(store, hooks) {
    this.store = store;
    this.hooks = hooks;
    byId("people-list").addEventListener("keydown", (event) => this.#arrows(event));
  }

  draw(me, openChat) {
    this.#swap(byId("people-list"), this.store.people.map((person, index) => this.#person(person, index, me)));
    this.#swap(byId("chat-list"), this.store.chatsOf(me).map((chat) => this.#chat(chat, me, openChat)));
    const others = this.store.people.filter((person) => person.id !== me);
    const waiting = others.reduce((sum, person) => sum + this.store.unreadOf(person.id), 0);
    byId("open-people").setAttribute("aria-label", waiting ? `Switch person or chat, ${waiting} unread` : "Switch person or chat");
  }

  /** Redrawing must not throw the keyboard out of the list. */
  #swap(list, items) {
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    list.replaceChildren(...items);
    if (focused) list.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  #person(person, index, me) {
    const current = person.id === me;
    return el("button", { type: "button", class: "person", role: "radio", "aria-checked": String(current), "data-key": `p${person.id}`,
      tabindex: current ? "0" : "-1", onclick: () => this.hooks.onPerson(person.id) },
    avatar(person.name, index),
    el("span", { class: "person-text" }, el("b", {}, person.name), el("span", {}, person.role)),
    current ? null : badge(this.store.unreadOf(person.id)),
    el("span", { class: "tick" }, icon("check")));
  }

  #chat(chat, me, openChat) {
    const own = chat.type === "private";
    return el("button", { type: "button", class: "chat-link", "aria-current": chat.id === openChat ? "true" : null,
      "data-key": `c${chat.id}`, onclick: () => this.hooks.onChat(chat.id) },
    own ? avatar("", 0, true) : avatar(chat.title, 3),
    el("span", { class: "person-text" }, el("b", {}, own ? this.store.bot.name : chat.title),
      el("span", {}, own ? "Private chat with the bot" : `Group, ${chat.members.length} people and the bot`)),
    badge(this.store.unreadIn(me, chat.id)));
  }

  #arrows(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const radios = [...byId("people-list").children];
    const at = radios.indexOf(document.activeElement);
    const next = radios[(at + step + radios.length) % radios.length];
    next.focus();
    next.click();
  }
}
