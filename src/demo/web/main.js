// Wires the page together: state from the server, events, panels.
import { api, Refused, ServerGone } from "./api.js";
import { Composer } from "./composer.js";
import { byId, memory } from "./dom.js";
import { Events } from "./events.js";
import { credentialCard, Guide } from "./guide.js";
import { MessageView } from "./messages.js";
import { copyText, Drawer, setUpPhoto, showAlert, showPhoto, toast } from "./overlay.js";
import { avatar, People } from "./people.js";
import { ChatWindow, Store } from "./store.js";
import { World } from "./world.js";

const ANSWER_WITHIN_MS = 15500;

class Page {
  constructor(state) {
    this.store = new Store(state);
    this.me = memory.get("me") ?? state.people[0].id;
    this.openChat = memory.get("chat") ?? this.me;
    this.queries = new Map(); // query id -> {message, data, timer}
    this.answered = new Map(); // answers that overtook the press
    this.replyTo = null;
    this.linked = true;

    this.composer = new Composer({
      onSend: (text) => this.send(text),
      commands: () => this.window?.commands ?? [],
      suffix: () => (this.isPrivate ? "" : `@${this.store.bot.username}`),
    });
    this.view = new MessageView({
      loadOlder: (chat) => api.chat(this.me, chat.chat.id, chat.oldest()),
      loadNewest: () => this.load(),
      onPress: (message, data) => this.press(message, data),
      onPhoto: showPhoto,
      onCopy: copyText,
      onCommand: (text) => this.send(text),
      onReply: (message) => this.reply(message),
    });
    this.people = new People(this.store, { onPerson: (id) => this.switchTo(id, id), onChat: (id) => this.switchTo(this.me, id) });
    this.drawers = {
      people: new Drawer("people", "open-people", "(max-width: 759px)"),
      world: new Drawer("world", "open-world", "(max-width: 1179px)"),
    };
    const put = (text) => {
      Object.values(this.drawers).forEach((drawer) => drawer.close());
      if (!this.isPrivate) this.switchTo(this.me, this.me);
      this.composer.put(text);
    };
    this.guide = new Guide({ send: (text) => this.send(text), put, openWorld: () => this.drawers.world.open(), switchTo: (id) => this.switchTo(id, id),
      customerName: (id) => this.world.customerName(id) });
    this.world = new World({ put, onIncident: () => this.guide.incident() });
    setUpPhoto();
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") Object.values(this.drawers).forEach((drawer) => drawer.isOpen && drawer.close());
    });
    this.events = new Events(state.seq, { onEvents: (events) => this.take(events), onLink: (up) => this.link(up) });
  }

  get chat() { return this.store.chats.find(({ id }) => id === this.openChat); }
  get isPrivate() { return this.chat.type === "private"; }
  get person() { return this.store.person(this.me); }

  // ---- which chat

  async switchTo(me, chatId) {
    const left = this.me !== me || this.openChat !== chatId;
    this.me = me;
    this.openChat = chatId;
    memory.set("me", me);
    memory.set("chat", chatId);
    if (left) this.clearReply();
    await this.load();
    this.drawers.people.close();
    if (!this.drawers.people.panel.contains(document.activeElement)) this.composer.focus();
  }

  async load() {
    const [me, chatId] = [this.me, this.openChat];
    const body = await api.chat(me, chatId);
    if (me !== this.me || chatId !== this.openChat) return; // switched again meanwhile
    this.window = new ChatWindow(this.chat, body);
    this.store.windows.set(chatId, this.window);
    this.store.read(me, chatId);
    this.composer.moveTo(`${me}/${chatId}`, this.isPrivate ? "Message" : "Message the group");
    const other = this.store.people.find((person) => person.id !== me && person.credential.header !== this.person.credential.header);
    this.guide.show(this.person, other, this.isPrivate, this.window.messages.size > 0);
    this.view.show(this.window, me);
    if (!byId("welcome").hidden && !this.window.messages.size) byId("scroll").scrollTop = 0;
    this.drawHead();
    this.drawTyping();
  }

  drawHead() {
    const { bot } = this.store;
    const title = this.isPrivate ? bot.name : this.chat.title;
    byId("chat-title").textContent = title;
    byId("chat-avatar").replaceWith(Object.assign(avatar(title, 3, this.isPrivate), { id: "chat-avatar" }));
    const status = byId("chat-status");
    const online = bot.online && this.linked;
    status.dataset.state = online ? "online" : "away";
    status.textContent = `${online ? "online" : "away"}, as ${this.person.name}`;
    this.people.draw(this.me, this.openChat);
    const banner = byId("banner");
    const words = !this.linked ? this.gone ?? "The demo is not answering. Trying again."
      : !bot.online ? (bot.seen ? "The bot is away. What you send now it will get when it is back." : "The bot is starting.") : "";
    banner.hidden = !words;
    if (banner.textContent !== words) banner.textContent = words;
  }

  drawTyping() {
    const verbs = { typing: "is typing", upload_photo: "is sending a photo", upload_document: "is sending a file" };
    byId("typing").hidden = !this.window.typing;
    byId("typing-text").textContent = `${this.store.bot.name} ${verbs[this.window.typing] ?? "is busy"}`;
    clearTimeout(this.typingTimer);
    if (!this.window.typing) return;
    if (this.view.follow) this.view.toEnd();
    // Telegram shows it for 5 seconds unless it is said again.
    this.typingTimer = setTimeout(() => { this.window.typing = null; this.drawTyping(); }, 5000);
  }

  // ---- what happens

  take(events) {
    if (events.some((event) => event.type === "gap")) return this.reread();
    const total = { added: [], changed: [], removed: [] };
    for (const event of events) {
      this.store.countUnread(event, this.me, this.openChat);
      if (event.type === "bot_status") this.botState(event.online);
      else if (event.type === "bot_process") this.botProcess(event.running);
      else if (event.type === "commands") this.commandsChanged = true;
      else if (event.type === "answer") this.answer(event);
      const change = event.chat_id === this.openChat && this.window?.chat.id === this.openChat ? this.window.apply(event) : null;
      if (change) for (const kind of Object.keys(total)) total[kind].push(...change[kind]);
    }
    if (this.window) {
      total.added = [...new Set(total.added)].filter((id) => this.window.messages.has(id));
      total.changed = [...new Set(total.changed)].filter((id) => this.window.messages.has(id) && !total.added.includes(id));
      this.view.apply(total);
      this.drawTyping();
    }
    this.drawHead();
    if (this.commandsChanged) this.readCommands();
  }

  botState(online) {
    const { bot } = this.store;
    bot.online = online;
    bot.seen ||= online;
  }

  /** The process is gone before its long poll is missed; back is it only when it polls. */
  botProcess(running) {
    if (!running) this.store.bot.online = false;
    else this.readBotState();
  }

  /** A bot that was back within the server's patience made no event of its own. */
  async readBotState(tries = 20) {
    const { bot } = await api.state();
    Object.assign(this.store.bot, bot);
    this.drawHead();
    if (!bot.online && tries) setTimeout(() => this.readBotState(tries - 1), 500);
  }

  async readCommands() {
    this.commandsChanged = false;
    const chatWindow = this.window;
    if (!chatWindow) return;
    chatWindow.commands = (await api.chat(this.me, chatWindow.chat.id)).commands;
    this.composer.commandsChanged();
  }

  /** Too much was missed, or the link was down for long: everything is read again. */
  async reread() {
    const state = await api.state();
    this.store.reset(state);
    this.events.restart(state.seq);
    await this.load();
  }

  async link(up) {
    const back = up && !this.linked;
    this.linked = up;
    if (back) {
      this.gone = null;
      Object.assign(this.store.bot, (await api.state()).bot);
    }
    if (!up) {
      try {
        await api.state();
      } catch (error) {
        if (error instanceof ServerGone) this.gone = error.message;
      }
    }
    if (this.window) this.drawHead();
  }

  // ---- what the person does

  async send(text) {
    try {
      await api.send(this.me, this.openChat, text, this.replyTo);
    } catch (error) {
      toast(error.message);
      return false;
    }
    this.clearReply();
    this.view.toEnd();
    this.guide.sent(text);
    return true;
  }

  async press(message, data) {
    this.view.setBusy(message, data, true);
    try {
      const { query } = await api.press(this.me, message.chat.id, message.message_id, data);
      const timer = setTimeout(() => this.settle(query), ANSWER_WITHIN_MS);
      this.queries.set(query, { message, data, timer });
      this.guide.pressed();
      if (this.answered.has(query)) this.answer(this.answered.get(query));
    } catch (error) {
      this.view.setBusy(message, data, false);
      toast(error.message);
    }
  }

  answer(event) {
    const known = this.queries.has(event.query_id);
    if (!known) {
      this.answered.set(event.query_id, event);
      setTimeout(() => this.answered.delete(event.query_id), 5000);
      return;
    }
    this.settle(event.query_id);
    const { text, show_alert: alert, url } = event.answer;
    if (text && alert) showAlert(text);
    else if (text) toast(text);
    if (url && /^https?:/.test(url)) window.open(url, "_blank", "noopener");
  }

  settle(query) {
    const { message, data, timer } = this.queries.get(query) ?? {};
    if (!message) return;
    clearTimeout(timer);
    this.queries.delete(query);
    this.answered.delete(query);
    this.view.setBusy(message, data, false);
  }

  reply(message) {
    this.replyTo = message.message_id;
    byId("message").placeholder = `Reply to ${message.from?.first_name ?? "the message"}`;
    this.composer.focus();
  }

  clearReply() {
    this.replyTo = null;
    if (this.chat) byId("message").placeholder = this.isPrivate ? "Message" : "Message the group";
  }
}

async function start() {
  try {
    const state = await api.state();
    document.body.dataset.mode = state.mode;
    if (state.mode === "plume") {
      const world = new World({ put: null, onIncident: () => {} });
      world.root.prepend(credentialCard(state.people));
      return;
    }
    const page = new Page(state);
    if (!page.chat || !page.chat.members.includes(page.me)) page.openChat = page.me;
    await page.load();
    page.composer.focus();
    document.body.dataset.ready = "true";
  } catch (error) {
    if (!(error instanceof ServerGone || error instanceof Refused)) throw error;
    byId("banner").textContent = error.message;
    byId("banner").hidden = false;
  }
}

start();
