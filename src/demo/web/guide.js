// First visit: what this is, the demo credentials, and the next thing to try.
import { byId, el, icon, memory } from "./dom.js";
import { copyText } from "./overlay.js";

// Command: the step it leads to, and where one has to be for that (anywhere, when empty).
const COMMAND_STEPS = {
  start: ["setup", ["start"]],
  setup: ["header", []],
  find: ["choose", ["find", "customer"]],
  locations: ["customer", ["find", "choose"]],
  status: ["call", ["after"]],
  call: ["watch", ["after", "call"]],
  watch: ["alert", ["watch"]],
  wan: ["week", ["call", "watch", "alert", "picture"]],
  stats: ["done", ["call", "watch", "alert", "picture", "week"]],
};
const TEXT_STEPS = { header: "partner", partner: "find", find: "choose", customer: "choose" };
const PRESS_STEPS = { whose: "header", choose: "incident", after: "call" };

const STEPS = {
  start: () => ({ text: "Say hello to the bot.", send: "/start" }),
  setup: () => ({ text: "Connect it to the invented ISP.", send: "/setup" }),
  whose: () => ({ text: "An admin may connect the whole team. Press For me or For the team above." }),
  header: ({ credential }) => ({ text: "The bot wants the authorization header.", put: () => credential.header, label: "Put header in box" }),
  partner: ({ credential }) => ({ text: "Now the partner ID.", put: () => credential.partner_id, label: "Put partner ID in box" }),
  find: ({ customer }) => ({ text: "Find a home: just send a name, an e-mail, an account number or a pod's serial.", put: customer, label: "Put a name in box" }),
  customer: ({ credential }) => ({ text: "Send this customer's ID, then choose a home.", put: () => credential.customer_id, label: "Put customer ID in box" }),
  choose: () => ({ text: "Choose a home if the bot asks. Its report comes at once.", go: "incident", label: "I see it" }),
  incident: () => ({ text: "Now break something: in World, unplug a pod of this home. Then refresh the report.", world: true, label: "Open World" }),
  after: () => ({ text: "Refresh the report to see what the bot makes of it.", send: "/status" }),
  call: () => ({ text: "The customer is on the phone: what to ask, and a text for the ticket.", send: "/call" }),
  watch: () => ({ text: "Be told before the customer calls: the bot keeps an eye on this home.", send: "/watch" }),
  alert: () => ({ text: "In World: clock to ×10, then unplug a pod. The alert comes in half a minute.", world: true, label: "Open World" }),
  picture: () => ({ text: "The alert is on its way. Meanwhile: is it the line or the Wi-Fi? The answer comes as a picture.", send: "/wan" }),
  week: () => ({ text: "Was it up all week?", send: "/stats" }),
  done: ({ other }) => ({ text: `That was the tour. ${other.name} works for another ISP and sees other homes.`, person: other.id, label: `Be ${other.name}` }),
};

export class Guide {
  /** `hooks`: send(text), put(text), openWorld(), switchTo(person), customerName(id). */
  constructor(hooks) {
    this.hooks = hooks;
    this.steps = memory.get("steps") ?? {};
    this.hidden = memory.get("guide-hidden") ?? false;
    byId("toggle-help").addEventListener("click", () => this.toggleWelcome());
  }

  /** `known`: this person has written before, so a second tab need not begin at the beginning. */
  show(person, other, isPrivate, known) {
    this.person = person;
    if (known && isPrivate && !this.steps[person.id]) this.steps[person.id] = "call";
    this.other = other;
    this.isPrivate = isPrivate;
    this.#drawWelcome();
    this.#drawStep();
    this.#welcomeVisible(isPrivate && !memory.get("welcome-hidden"));
  }

  /** The person sent something: which step comes next? */
  sent(text) {
    if (!this.person) return; // sent while the page was loading
    const command = /^\/(\w+)/.exec(text)?.[1];
    const step = this.#step();
    if (!command) return TEXT_STEPS[step] && this.#go(TEXT_STEPS[step]);
    const [next, from] = COMMAND_STEPS[command] ?? [];
    if (!next || (from.length && !from.includes(step))) return;
    this.#go(next === "header" && this.person.role === "Admin" ? "whose" : next);
  }

  /** A button of the bot was pressed: a home was chosen, or the report refreshed. */
  pressed() {
    const next = PRESS_STEPS[this.#step()];
    if (next) this.#go(next);
  }

  incident() {
    const next = { incident: "after", alert: "picture" }[this.#step()];
    if (next) this.#go(next);
  }

  toggleWelcome() {
    const show = byId("welcome").hidden;
    memory.set("welcome-hidden", !show);
    if (show) {
      this.hidden = false;
      memory.set("guide-hidden", false);
      this.#drawStep();
    }
    this.#welcomeVisible(show);
    if (show) {
      byId("scroll").scrollTop = 0;
      byId("welcome").querySelector("button").focus({ preventScroll: true });
    }
  }

  #step() { return this.steps[this.person.id] ?? "start"; }

  #go(step) {
    this.steps[this.person.id] = step;
    memory.set("steps", this.steps);
    this.#drawWelcome();
    this.#drawStep();
  }

  #welcomeVisible(show) {
    byId("welcome").hidden = !show;
    byId("toggle-help").setAttribute("aria-expanded", String(show));
  }

  #drawStep() {
    const strip = byId("guide");
    strip.hidden = this.hidden || !this.isPrivate;
    const { text, send, put, world, go, person, label } = STEPS[this.#step()](this.#facts());
    const act = () => {
      if (send) this.hooks.send(send);
      if (put) this.hooks.put(put());
      if (world) this.hooks.openWorld();
      if (person) this.hooks.switchTo(person);
      if (go) {
        this.#go(go);
        byId("guide").querySelector("button").focus();
      }
    };
    strip.replaceChildren(
      el("p", {}, el("b", {}, "Next: "), text),
      (label ?? send) && el("button", { type: "button", class: "primary", onclick: act }, label ?? `Send ${send}`),
      el("button", { type: "button", class: "icon-button", "aria-label": "Hide these hints", onclick: () => this.#hide() }, icon("close")));
  }

  #hide() {
    this.hidden = true;
    memory.set("guide-hidden", true);
    byId("guide").hidden = true;
    byId("message").focus();
  }

  #facts() {
    const { credential } = this.person;
    return { credential, other: this.other, customer: () => this.hooks.customerName(credential.customer_id) };
  }

  #drawWelcome() {
    const { header, partner_id: partner, customer_id: customer } = this.person.credential;
    byId("welcome").replaceChildren(
      el("h2", {}, "Try Panoptes without any account"),
      el("ol", { class: "lines" },
        el("li", {}, "This chat works as Telegram does, and the bot in it is the real one."),
        el("li", {}, "It looks after the homes of an invented internet provider. Break them in the World panel; one that is watched tells you by itself."),
        el("li", {}, `You are ${this.person.name}. Use the credentials below, they open nothing outside this page.`)),
      el("dl", { class: "creds" },
        this.#credential("Header", header), this.#credential("Partner ID", partner), this.#credential("Customer ID", customer)),
      el("div", { class: "welcome-foot" },
        el("button", { type: "button", class: "quiet", onclick: () => this.toggleWelcome() }, "Hide this"),
        this.#step() === "start" && el("button", { type: "button", class: "primary", onclick: () => this.hooks.send("/start") }, "Start the bot")));
  }

  #credential(name, value) {
    return el("div", {}, el("dt", {}, name), el("dd", { title: value }, value),
      el("dd", { class: "cred-action" }, el("button", { type: "button", class: "quiet", "aria-label": `Put ${name.toLowerCase()} in the message box`,
        onclick: () => this.hooks.put(value) }, "Put in box")));
  }
}

/** For --demo-plume: no chat here, so the credentials are there to be copied. */
export function credentialCard(people) {
  const row = (name, value) => el("div", {}, el("dt", {}, name), el("dd", { title: value }, value),
    el("dd", { class: "cred-action" }, el("button", { type: "button", class: "quiet", "aria-label": `Copy ${name}`, onclick: () => copyText(value) }, "Copy")));
  const { header, partner_id: partner, customer_id: customer } = people[0].credential;
  return el("section", { class: "welcome", "aria-label": "Demo credentials" },
    el("h2", {}, "Your bot is running against an invented ISP"),
    el("p", {}, "Write to your own bot in Telegram, give /setup these credentials, and break homes below."),
    el("dl", { class: "creds" }, row("Header", header), row("Partner ID", partner), row("Customer ID", customer)));
}
