// Small helpers that every panel uses.

/** Make an element: props that start with "on" are listeners, null and false ones are left out. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

const ICONS = {
  link: "M9 15L19 5M11 5h8v8M17 15v4H5V7h4",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  close: "M6 6l12 12M18 6L6 18",
  down: "M12 4v12M6 11l6 6 6-6M5 21h14",
  check: "M5 12.5l4.5 4.5L19 7",
  reply: "M10 6l-6 6 6 6M4 12h9c4 0 7 2 7 6",
  chevron: "M8 10l4 4 4-4",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export const initials = (name) => name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();

/** Per-run memory: a new demo has a new address, and so starts afresh. */
export const memory = {
  key: (name) => `panoptes:${location.pathname}:${name}`,
  get(name) {
    try { return JSON.parse(sessionStorage.getItem(this.key(name))); } catch { return null; }
  },
  set(name, value) {
    try { sessionStorage.setItem(this.key(name), JSON.stringify(value)); } catch { /* nothing is kept then */ }
  },
};
