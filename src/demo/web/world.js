// The World panel: the invented ISP's homes with their live state, and what can happen to them.
import { api, Refused } from "./api.js";
import { byId, el, icon } from "./dom.js";
import { toast } from "./overlay.js";

const POLL_MS = 2500;
const SPEEDS = [1, 10, 60, 600];
// The bot looks every ten seconds of ours, whatever this clock does.
const WATCH_HINTS = {
  1: "What breaks in a watched home is told after 3 minutes. At ×10 it takes half a minute.",
  10: "What breaks in a watched home is told after half a minute, and so is its end.",
  60: "What breaks in a watched home is told after 20 seconds; less than 10 minutes of this clock go unseen.",
  600: "What breaks in a watched home is told after 20 seconds; less than 2 hours of this clock go unseen.",
};
const STATE_WORDS = { online: "Online", offline: "Offline", unknown: "Unknown" };
const FILTERS = [["all", "All homes"], ["bad", "Not online"], ["touched", "Incidents"]];
const when = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

const REMARKS = { slow_speed_test: ". It is told when two in a row are slow, and five days before were watched." };
// What is no answer of Plume's tells no time.
const UNREADABLE_HINT = "Without Plume's answers the bot goes by its own clock, and says after 3 minutes that it sees nothing.";

export class World {
  /** `hooks`: put(text) or null where there is no message box, onIncident(kind). */
  constructor(hooks) {
    this.hooks = hooks;
    this.root = byId("world");
    this.state = null;
    this.open = new Set();
    this.filter = "all";
    this.drawn = new Map(); // home id -> [what it was drawn from, element]
    this.#build();
    this.refresh();
    setInterval(() => document.hidden || this.refresh(), POLL_MS);
    setInterval(() => this.#tick(), 1000);
  }

  async refresh() {
    // An older answer must not overwrite a newer one.
    const turn = (this.turn = (this.turn ?? 0) + 1);
    try {
      const state = await api.world();
      if (turn !== this.turn) return;
      this.state = state;
      this.readAt = performance.now();
      this.#draw();
    } catch (error) {
      if (turn === this.turn && error instanceof Refused) this.list.replaceChildren(el("p", { class: "empty" }, error.message));
    }
  }

  /** What a person would search for; the id itself while the homes are not read yet. */
  customerName(id) {
    return this.state?.homes.find((home) => home.customer_id === id)?.customer_name ?? id;
  }

  #build() {
    this.clock = el("time", { class: "clock" });
    this.speeds = el("div", { class: "segments", role: "group", "aria-label": "Clock speed" });
    this.hint = el("p", { class: "hint" });
    this.modes = el("div", { class: "segments wrap", role: "group", "aria-label": "Plume cloud" });
    this.scenarios = el("select", { id: "scenario", onchange: () => this.#playScenario() });
    this.search = el("input", { type: "search", placeholder: "Find a home, customer, city or ID", "aria-label": "Find a home", oninput: () => this.#draw() });
    this.filters = el("div", { class: "segments", role: "group", "aria-label": "Which homes" });
    this.count = el("p", { class: "count", role: "status" });
    this.list = el("ul", { class: "homes", "aria-label": "Homes" });
    this.root.replaceChildren(
      el("header", { class: "world-head" },
        el("div", {}, el("h2", {}, "World"), el("p", {}, "The bot sees all of this through the Plume API.")),
        el("button", { type: "button", class: "icon-button drawer-close", "aria-label": "Close World", "data-close": "world" }, icon("close"))),
      el("section", { class: "controls", "aria-label": "Clock and cloud" },
        el("div", { class: "control" }, el("h3", {}, "Clock"), this.clock, this.speeds, this.hint),
        el("div", { class: "control" }, el("h3", {}, "Plume cloud"), this.modes),
        el("div", { class: "control" }, el("label", { for: "scenario" }, "Scenario"),
          el("div", { class: "pair" }, this.scenarios,
            el("button", { type: "button", class: "quiet", onclick: () => this.#act("restore", {}, "Everything is repaired") }, "Repair all")))),
      el("div", { class: "finder" }, this.search, this.filters, this.count),
      this.list);
  }

  #draw() {
    if (!this.state) return;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    this.#drawControls();
    this.#drawHomes();
    if (focused && !this.root.contains(document.activeElement)) {
      this.root.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
  }

  #tick() {
    if (!this.state) return;
    const { now, speed } = this.state.clock;
    const at = new Date(Date.parse(now) + (performance.now() - this.readAt) * speed);
    this.clock.textContent = when.format(at);
    this.clock.dateTime = at.toISOString();
  }

  #drawControls() {
    const { clock, cloud, incidents, scenarios } = this.state;
    this.#tick();
    const segment = (label, on, focus, act) =>
      el("button", { type: "button", "aria-pressed": String(on), "data-focus": focus, onclick: act }, label);
    const sameAs = JSON.stringify([clock.speed, cloud.mode, scenarios, this.filter]);
    if (sameAs === this.controlsDrawn) return;
    this.controlsDrawn = sameAs;
    this.speeds.replaceChildren(...SPEEDS.map((speed) =>
      segment(`×${speed}`, clock.speed === speed, `speed-${speed}`, () => this.#act("clock", { speed }, `Clock at ×${speed}`))));
    this.hint.textContent = cloud.mode === "ok" || cloud.mode === "slow" ? (WATCH_HINTS[clock.speed] ?? "") : UNREADABLE_HINT;
    const kinds = incidents.filter(({ needs }) => needs === "cloud");
    kinds.sort((a, b) => (b.kind === "plume_ok") - (a.kind === "plume_ok"));
    this.modes.replaceChildren(...kinds.map(({ kind, label }) =>
      segment(label.replace(/^Plume /, "").replace(/^./, (letter) => letter.toUpperCase()), kind === `plume_${cloud.mode}`, kind,
        () => this.#act("incident", { kind }, label))));
    this.scenarios.replaceChildren(el("option", { value: "" }, "Play a scenario…"),
      ...scenarios.map((name) => el("option", { value: name }, name.replaceAll("_", " "))));
    this.filters.replaceChildren(...FILTERS.map(([id, label]) =>
      segment(label, this.filter === id, `filter-${id}`, () => { this.filter = id; this.#draw(); })));
  }

  #drawHomes() {
    const wanted = this.search.value.trim().toLowerCase();
    const homes = this.state.homes.filter((home) => this.#fits(home, wanted));
    const items = homes.map((home) => this.#home(home));
    const same = items.length === this.list.children.length && items.every((item, at) => item === this.list.children[at]);
    if (!same) this.list.replaceChildren(...items);
    const bad = this.state.homes.filter(({ state }) => state === "offline").length;
    const text = `${homes.length} of ${this.state.homes.length} homes shown, ${bad} offline`;
    if (this.count.textContent !== text) this.count.textContent = text;
  }

  #fits(home, wanted) {
    if (this.filter === "bad" && home.state === "online") return false;
    if (this.filter === "touched" && !home.incidents.length) return false;
    if (!wanted) return true;
    return [home.customer_name, home.location_name, home.place, home.customer_id, home.location_id, ...home.nodes.map(({ id }) => id)]
      .some((text) => (text ?? "").toLowerCase().includes(wanted));
  }

  /** A home is drawn anew only when something about it changed, so that focus and scroll stay. */
  #home(home) {
    const open = this.open.has(home.location_id);
    const source = JSON.stringify([home, open]);
    const known = this.drawn.get(home.location_id);
    if (known?.[0] === source) return known[1];
    const id = home.location_id;
    const toggle = () => {
      if (!this.open.delete(id)) this.open.add(id);
      this.#draw();
    };
    const item = el("li", { class: "home", "data-state": home.state, "data-home": id },
      el("button", { type: "button", class: "home-head", "aria-expanded": String(open), "data-focus": `home-${id}`, onclick: toggle },
        el("span", { class: `state ${home.state}` }, STATE_WORDS[home.state] ?? home.state),
        el("span", { class: "home-name" }, el("b", { dir: "auto" }, home.location_name), el("span", { dir: "auto" }, [home.customer_name, home.place].filter(Boolean).join(", "))),
        icon("chevron")),
      home.incidents.length > 0 && el("p", { class: "happening" }, `Now: ${home.incidents.join(", ")}`),
      open && this.#details(home));
    this.drawn.set(id, [source, item]);
    return item;
  }

  #details(home) {
    const { location_id: location } = home;
    const kinds = this.state.incidents;
    const onHome = kinds.filter(({ needs, kind }) => needs === "location" && kind !== "restore");
    return el("div", { class: "details" },
      el("p", { class: "verdict" }, home.verdict.replace(/^./, (letter) => letter.toUpperCase())),
      this.hooks.put && el("p", { class: "home-id" }, el("span", {}, "Customer "), el("code", {}, home.customer_id),
        el("button", { type: "button", class: "quiet small", "data-focus": `put-${location}`, "aria-label": `Put customer ID of ${home.customer_name} in the message box`,
          onclick: () => this.hooks.put(home.customer_id) }, "Put in box")),
      el("div", { class: "actions", role: "group", "aria-label": `Incidents for ${home.location_name}` },
        onHome.map(({ kind, label }) => this.#incident(kind, label, { location }, home.location_name)),
        el("button", { type: "button", class: "quiet small repair", "data-focus": `restore-${location}`, disabled: !home.incidents.length,
          onclick: () => this.#act("restore", { location }, `${home.location_name}: repaired`) }, "Restore")),
      el("ul", { class: "nodes", "aria-label": `Pods of ${home.location_name}` }, home.nodes.map((node) => this.#node(home, node))));
  }

  #node(home, node) {
    const kinds = this.state.incidents.filter(({ needs }) => needs === "node");
    const parent = home.nodes.find(({ id }) => id === node.parent);
    const facts = [node.id, node.gateway ? "gateway" : null, node.state ?? "unknown", node.health, node.backhaul, parent && `behind ${parent.name}`];
    return el("li", { class: "node", "data-node": node.id },
      el("p", {}, el("b", { dir: "auto" }, node.name), el("span", {}, facts.filter(Boolean).join(", "))),
      el("div", { class: "actions", role: "group", "aria-label": `Incidents for ${node.name}` },
        kinds.filter(({ kind }) => allowed(kind, node)).map(({ kind, label }) =>
          this.#incident(kind, kind === "unplug_pod" && node.gateway ? "Unplug gateway" : label, { location: home.location_id, node: node.id }, node.name))));
  }

  #incident(kind, label, where, name) {
    return el("button", { type: "button", class: "quiet small", "data-focus": `${kind}-${where.node ?? where.location}`, "data-kind": kind,
      "aria-label": `${label}: ${name}`, onclick: () => this.#act("incident", { kind, ...where }, `${name}: ${label.toLowerCase()}${REMARKS[kind] ?? ""}`) }, label);
  }

  async #playScenario() {
    const name = this.scenarios.value;
    this.scenarios.value = "";
    if (name) await this.#act("scenario", { name }, `Scenario: ${name.replaceAll("_", " ")}`);
  }

  async #act(action, body, done) {
    try {
      await api.worldDo(action, body);
      toast(done);
      if (action === "incident") this.hooks.onIncident(body.kind);
    } catch (error) {
      toast(error.message);
    }
    await this.refresh();
  }
}

/** Buttons that could only be refused are not offered. */
function allowed(kind, node) {
  if (kind === "weaken_pod") return !node.gateway;
  if (kind === "backhaul_to_wifi") return !node.gateway && /ether|cable|wired/i.test(node.backhaul ?? "");
  return true;
}
