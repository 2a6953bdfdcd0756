// One message as an element: bubble, media, meta line, inline keyboard.
import { api } from "./api.js";
import { el, icon } from "./dom.js";
import { renderText } from "./entities.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** `view`: {me, group, pending: Set, onPress, onPhoto, onCommand, onCopy, onReply}. */
export function renderMessage(message, view) {
  const service = serviceText(message);
  if (service) return el("li", { class: "msg service", "data-id": message.message_id }, service);
  const own = message.from?.id === view.me;
  const keys = keyboard(message, view);
  return el("li", { class: `msg ${own ? "out" : "in"}${keys ? " has-keys" : ""}`, "data-id": message.message_id },
    el("div", { class: "bubble" },
      el("span", { class: "sr-only" }, own ? "You:" : `${senderName(message)}:`),
      view.group && !own && el("p", { class: "sender", "aria-hidden": "true" }, senderName(message)),
      replied(message),
      media(message, view),
      words(message, view),
      meta(message, view, own)),
    keys);
}

export const senderName = (message) => message.from?.first_name ?? message.sender_chat?.title ?? "Channel";

/** What a screen reader says of a new message. */
export function spoken(message) {
  const text = message.text ?? message.caption ?? "";
  const kind = message.photo ? "photo. " : message.document ? `file ${message.document.file_name}. ` : "";
  return `${senderName(message)}: ${kind}${text.slice(0, 300)}`;
}

function serviceText(message) {
  const name = senderName(message);
  if (message.group_chat_created || message.supergroup_chat_created) return `${name} created the group`;
  if (message.pinned_message) return `${name} pinned a message`;
  if (message.new_chat_members) return `${message.new_chat_members.map((user) => user.first_name).join(", ")} joined`;
  if (message.left_chat_member) return `${message.left_chat_member.first_name} left`;
  if (message.forum_topic_created) return `Topic "${message.forum_topic_created.name}" was made`;
  return null;
}

function replied(message) {
  const to = message.reply_to_message;
  if (!to) return null;
  return el("p", { class: "reply" }, `${senderName(to)}: ${(to.text ?? to.caption ?? "a file").slice(0, 120)}`);
}

function words(message, view) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  const entities = message.text ? message.entities : message.caption_entities;
  return el("div", { class: "text", dir: "auto" }, renderText(text, entities, { command: view.onCommand }));
}

function media(message, view) {
  if (message.photo) {
    const size = message.photo.at(-1);
    const caption = message.caption ?? "";
    const name = caption.split("\n")[0].slice(0, 120) || "Photo without a caption";
    return el("button", { type: "button", class: "shot", "aria-label": `Open photo: ${name}`, "data-focus": "photo",
      onclick: () => view.onPhoto(api.fileUrl(size.file_id), caption, name) },
    el("img", { src: api.fileUrl(size.file_id), alt: "", width: size.width, height: size.height, decoding: "async" }));
  }
  if (message.document) {
    const { file_id: id, file_name: name, file_size: bytes } = message.document;
    return el("a", { class: "file", href: `${api.fileUrl(id)}?download=1`, download: name, "data-focus": "file" },
      el("span", { class: "file-icon" }, icon("down")),
      el("span", {}, el("b", {}, name), el("span", {}, `${humanSize(bytes)}, download`)));
  }
  return null;
}

function humanSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function meta(message, view, own) {
  const edited = message.edit_date ? "edited " : "";
  const when = new Date(message.date * 1000);
  return el("p", { class: "meta" },
    view.group && !own && el("button", { type: "button", class: "cmd reply-button", "data-focus": "reply",
      "aria-label": `Reply to ${senderName(message)}`, onclick: () => view.onReply(message) }, "Reply"),
    view.group && !own && " ",
    edited, el("time", { datetime: when.toISOString(), title: when.toLocaleString() }, clock.format(when)));
}

export const pendingKey = (chat, message, data) => `${chat}/${message}/${data}`;

function keyboard(message, view) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return el("div", { class: "keys", role: "group", "aria-label": "Buttons of this message" },
    rows.map((row, y) => el("div", { class: "row" },
      row.map((button, x) => key(button, `key-${y}-${x}`, message, view)))));
}

const STYLES = { primary: "primary-style", success: "success", danger: "danger" };

function key(button, focus, message, view) {
  const look = `key ${STYLES[button.style] ?? ""}`;
  if (button.url) {
    return el("a", { class: look, href: button.url, target: "_blank", rel: "noopener noreferrer", "data-focus": focus }, button.text, icon("link"));
  }
  if (button.copy_text) {
    return el("button", { type: "button", class: look, "data-focus": focus, title: `Copies: ${button.copy_text.text}`,
      onclick: () => view.onCopy(button.copy_text.text) }, button.text, icon("copy"));
  }
  const data = button.callback_data;
  if (data === undefined) return el("button", { type: "button", class: look, disabled: true }, button.text);
  const busy = view.pending.has(pendingKey(message.chat.id, message.message_id, data));
  return el("button", { type: "button", class: look, "data-focus": focus, "data-data": data, "aria-busy": busy ? "true" : null,
    onclick: () => view.onPress(message, data) }, button.text);
}
