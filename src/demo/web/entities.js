// Telegram text with entities to DOM. Offsets are UTF-16 units, as in JavaScript strings.
import { el } from "./dom.js";

/** `hooks`: command(text) when a command is activated. */
export function renderText(text, entities = [], hooks = {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, 0, text.length, sorted, hooks);
}

function build(text, from, to, entities, hooks) {
  const parts = document.createDocumentFragment();
  let at = from;
  for (let index = 0; index < entities.length; ) {
    const entity = entities[index];
    const end = Math.min(entity.offset + entity.length, to);
    // What begins inside this one belongs to it; crossing entities are cut at its end.
    let next = index + 1;
    const inner = [];
    while (next < entities.length && entities[next].offset < end) inner.push(entities[next++]);
    parts.append(text.slice(at, entity.offset));
    const source = text.slice(entity.offset, end);
    parts.append(wrap(entity, source, build(text, entity.offset, end, inner, hooks), hooks));
    at = end;
    index = next;
    if (isBlock(entity) && text[at] === "\n") at += 1; // the block makes its own line break
  }
  parts.append(text.slice(at, to));
  return parts;
}

const isBlock = ({ type }) => type === "pre" || type === "blockquote" || type === "expandable_blockquote";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };

function wrap(entity, source, content, hooks) {
  const { type } = entity;
  if (TAGS[type]) return el(TAGS[type], {}, content);
  switch (type) {
    case "pre":
      return el("pre", { tabindex: "0", role: "group", "aria-label": "Code" }, el("code", { "data-language": entity.language }, content));
    case "blockquote":
      return el("blockquote", {}, content);
    case "expandable_blockquote":
      return expandable(content);
    case "spoiler":
      return spoiler(content);
    case "text_link":
      return link(entity.url, content);
    case "url":
      return link(/^[a-z][\w+.-]*:/i.test(source) ? source : `https://${source}`, content);
    case "email":
      return link(`mailto:${source}`, content);
    case "phone_number":
      return link(`tel:${source}`, content);
    case "bot_command":
      return el("button", { type: "button", class: "cmd", onclick: () => hooks.command?.(source) }, content);
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return el("span", { class: "mention" }, content);
    case "date_time":
      return moment(entity, source);
    default:
      return content;
  }
}

function link(url, content) {
  let parsed;
  try { parsed = new URL(url); } catch { return content; }
  if (!["http:", "https:", "mailto:", "tel:", "tg:"].includes(parsed.protocol)) return content;
  return el("a", { href: parsed.href, target: "_blank", rel: "noopener noreferrer" }, content);
}

function spoiler(content) {
  const button = el("button", {
    type: "button", class: "spoiler", "aria-label": "Hidden text, press to show", "data-spoiler": true,
    onclick: () => {
      button.classList.add("shown");
      button.removeAttribute("aria-label");
    },
  }, content);
  return button;
}

function expandable(content) {
  const body = el("div", { class: "quote-body cut" }, content);
  const more = el("button", {
    type: "button", class: "quote-more", "aria-expanded": "false", "data-expand": true,
    onclick: () => {
      const open = body.classList.toggle("cut") === false;
      more.setAttribute("aria-expanded", String(open));
      more.textContent = open ? "Show less" : "Show more";
    },
  }, "Show more");
  return el("blockquote", {}, body, more);
}

// ---- moments, in the reader's zone and language

const UNITS = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(seconds) {
  const left = seconds - Date.now() / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(left) >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(left / size), unit);
}

/** Format letters as the Bot API lists them: r; or w, d or D, t or T together. */
export function formatMoment(unix, format) {
  if (format === "r") return relative(unix);
  const options = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { year: "numeric", month: "2-digit", day: "2-digit" });
  if (format.includes("D")) Object.assign(options, { year: "numeric", month: "long", day: "numeric" });
  if (format.includes("t")) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
  if (format.includes("T")) Object.assign(options, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return new Intl.DateTimeFormat(undefined, options).format(new Date(unix * 1000));
}

function moment(entity, source) {
  const format = entity.date_time_format;
  const when = new Date(entity.unix_time * 1000);
  if (!format || Number.isNaN(when.getTime())) return document.createTextNode(source);
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }).format(when);
  return el("time", {
    class: "moment", datetime: when.toISOString(), title: full,
    "data-relative": format === "r" ? String(entity.unix_time) : null,
  }, formatMoment(entity.unix_time, format));
}

/** "5 minutes ago" must not stay so for ever. */
export function refreshMoments(root) {
  for (const node of root.querySelectorAll("time[data-relative]")) {
    node.textContent = relative(Number(node.dataset.relative));
  }
}
