// What the page knows: people, chats, and a window of each chat's messages.

/** A chat holds its newest messages; older ones are fetched on demand, far ones let go. */
export const WINDOW = 120;
const MOST = 300;

export class ChatWindow {
  constructor(chat, { seq, messages, more, commands, typing, keyboard }) {
    this.chat = chat;
    this.seq = seq;
    this.messages = new Map(messages.map((message) => [message.message_id, message]));
    this.more = more;
    this.commands = commands;
    this.typing = typing;
    this.keyboard = keyboard;
    this.detached = false; // true when the newest messages are not in the window
    this.missed = 0;
  }

  ordered() { return [...this.messages.values()]; }
  oldest() { return this.messages.keys().next().value ?? null; }
  newest() { return this.ordered().at(-1) ?? null; }

  /** Apply one event; returns what changed as {added|changed|removed: [ids]} or null. */
  apply(event) {
    if (event.seq <= this.seq) return null; // the window was read after this happened
    this.seq = event.seq;
    const change = { added: [], changed: [], removed: [] };
    if (event.type === "message") {
      if (this.detached) { this.missed += 1; return null; }
      change.added.push(event.message.message_id);
      this.messages.set(event.message.message_id, event.message);
    } else if (event.type === "edited" && this.messages.has(event.message.message_id)) {
      change.changed.push(event.message.message_id);
      this.messages.set(event.message.message_id, event.message);
    } else if (event.type === "deleted") {
      for (const id of event.message_ids) if (this.messages.delete(id)) change.removed.push(id);
    } else if (event.type === "typing") {
      this.typing = event.action;
    } else if (event.type === "keyboard") {
      this.keyboard = event.keyboard ?? null;
    }
    return change;
  }

  /** Let go of the oldest beyond the window; returns their ids. */
  trimOldest() {
    const excess = this.messages.size - WINDOW;
    if (excess <= 0) return [];
    const gone = [...this.messages.keys()].slice(0, excess);
    gone.forEach((id) => this.messages.delete(id));
    this.more = true;
    return gone;
  }

  /** Older messages come in front; returns the ids of newest ones that had to go. */
  prepend(messages, more) {
    const all = [...messages, ...this.messages.values()];
    const kept = all.slice(0, MOST);
    this.messages = new Map(kept.map((message) => [message.message_id, message]));
    this.more = more;
    if (kept.length < all.length) this.detached = true;
    return all.slice(MOST).map((message) => message.message_id);
  }
}

export class Store {
  constructor(state) {
    this.reset(state);
    this.windows = new Map();
    this.unread = new Map();
  }

  reset(state) {
    this.mode = state.mode;
    this.bot = state.bot;
    this.people = state.people;
    this.chats = state.chats;
  }

  person(id) { return this.people.find((person) => person.id === id) ?? this.people[0]; }
  chatsOf(userId) { return this.chats.filter((chat) => chat.members.includes(userId)); }

  countUnread(event, me, openChat) {
    if (event.type !== "message") return;
    const chat = this.chats.find((item) => item.id === event.chat_id);
    for (const user of chat?.members ?? []) {
      const looking = user === me && chat.id === openChat;
      if (looking || event.message.from?.id === user) continue;
      const key = `${user}/${chat.id}`;
      this.unread.set(key, (this.unread.get(key) ?? 0) + 1);
    }
  }

  unreadIn(user, chat) { return this.unread.get(`${user}/${chat}`) ?? 0; }
  unreadOf(user) { return this.chatsOf(user).reduce((sum, chat) => sum + this.unreadIn(user, chat.id), 0); }
  read(user, chat) { this.unread.delete(`${user}/${chat}`); }
}
