// What lies above the page: toasts, alerts, the large photo, drawers.
import { byId, el } from "./dom.js";

const TOAST_MS = 3500;

export function toast(text) {
  const note = el("div", { class: "toast" }, text);
  byId("toasts").append(note);
  setTimeout(() => note.remove(), TOAST_MS + text.length * 30);
}

export function showAlert(text) {
  byId("alert-text").textContent = text;
  if (!byId("alert").open) byId("alert").showModal();
}

export function announce(text) {
  // The same words twice are not announced again, so the node is emptied first.
  byId("announcer").textContent = "";
  setTimeout(() => { byId("announcer").textContent = text; }, 30);
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard permission: the old way still works for a click.
    const box = el("textarea", { class: "sr-only", "aria-hidden": "true" });
    box.value = text;
    document.body.append(box);
    const focused = document.activeElement;
    box.select();
    document.execCommand("copy");
    box.remove();
    focused?.focus();
  }
  toast(`Copied: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
}

export function setUpPhoto() {
  const dialog = byId("photo");
  dialog.addEventListener("click", (event) => {
    if (event.target !== byId("photo-caption")) dialog.close();
  });
}

export function showPhoto(url, caption, name) {
  byId("photo-img").src = url;
  byId("photo-img").alt = name;
  byId("photo-caption").textContent = caption;
  byId("photo-caption").hidden = !caption;
  byId("photo").showModal();
}

/** A drawer is part of the page on wide screens and slides in on narrow ones. */
export class Drawer {
  constructor(id, opener, narrow) {
    this.panel = byId(id);
    this.opener = byId(opener);
    this.query = matchMedia(narrow);
    this.opener.addEventListener("click", () => this.open());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.narrow && !event.defaultPrevented) this.close();
    });
    this.panel.addEventListener("click", (event) => {
      if (event.target.closest(`[data-close="${id}"]`)) this.close();
    });
    byId("backdrop").addEventListener("click", () => this.isOpen && this.close());
    this.query.addEventListener("change", () => this.#settle(false));
    this.#settle(false);
  }

  get narrow() { return this.query.matches; }
  get isOpen() { return this.panel.classList.contains("open"); }

  open() {
    if (!this.narrow) {
      this.panel.querySelector("input, button:not(.drawer-close)")?.focus();
      return;
    }
    this.#settle(true);
    // Visibility is part of the slide, so the focus waits for the style to apply.
    this.panel.getBoundingClientRect();
    this.panel.querySelector(".drawer-close").focus();
  }

  close() {
    const hadFocus = this.panel.contains(document.activeElement);
    this.#settle(false);
    if (hadFocus && this.narrow) this.opener.focus();
  }

  #settle(open) {
    this.panel.classList.toggle("open", open);
    this.panel.inert = this.narrow && !open;
    this.opener.setAttribute("aria-expanded", String(open || !this.narrow));
    byId("backdrop").hidden = !document.querySelector(".drawer.open");
    byId("chat").inert = open;
  }
}
