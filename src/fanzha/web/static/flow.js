/* <flow-view>: light, keys along the money, playback. The picture itself is the server's. */
class FlowView extends HTMLElement {
  connectedCallback() {
    this.svg = this.querySelector("svg.flow");
    if (!this.svg) return;
    this.cards = [...this.svg.querySelectorAll(".card[data-c]")];
    this.ribbons = [...this.svg.querySelectorAll(".ribbons path[data-from]")];
    this.byNumber = new Map(this.cards.map((card) => [card.dataset.c, card]));
    this.steps = this.dataset.steps.split(",").filter(Boolean).map(Number);
    this.at = this.steps.length;
    for (const card of this.cards) {
      card.addEventListener("focus", () => this.light(card));
      card.addEventListener("mouseenter", () => this.light(card));
      card.addEventListener("mouseleave", () => this.light(null));
      card.addEventListener("click", () => { card.focus(); });
    }
    this.cards.forEach((card, place) => card.setAttribute("tabindex", place ? "-1" : "0"));
    this.addEventListener("keydown", (event) => this.key(event));
    for (const part of this.querySelectorAll("[data-play]")) {
      if (part.dataset.play === "at") part.addEventListener("input", () => this.show(Number(part.value)));
      else part.addEventListener("click", () => this.play(part.dataset.play));
    }
    const asked = new URLSearchParams(location.search).get("account");
    if (asked) this.cards.find((card) => card.dataset.account === asked)?.scrollIntoView({ block: "center", inline: "center" });
    const left = sessionStorage.getItem("fanzha-flow-hop");
    sessionStorage.removeItem("fanzha-flow-hop");
    if (left) this.cards.find((card) => card.dataset.hop === left)?.focus();
    this.count();
    addEventListener("pageshow", (event) => { if (event.persisted) this.count(); });
    addEventListener("keydown", (event) => this.undo(event));
    this.say();
  }
  /* Each view has an address of its own; the browser's history counts which are steps within one case's money. */
  count() {
    const kept = JSON.parse(sessionStorage.getItem("fanzha-flow-steps") || "{}");
    const follows = kept.path === location.pathname && history.length - kept.length <= 1;
    const step = history.state?.flowStep ?? (follows ? kept.step + 1 : 0);
    const last = history.state?.flowStep === undefined || !follows ? step : kept.last;
    history.replaceState({ ...history.state, flowStep: step }, "");
    sessionStorage.setItem("fanzha-flow-steps", JSON.stringify({ path: location.pathname, length: history.length, step, last }));
  }
  undo(event) {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    if (event.target.closest?.("input, select, textarea")) return;
    const { step, last } = JSON.parse(sessionStorage.getItem("fanzha-flow-steps"));
    if (event.shiftKey ? step < last : step > 0) { event.preventDefault(); history.go(event.shiftKey ? 1 : -1); }
  }
  /* Another view that the keyboard asks for: its first card of the same hop has the focus there. */
  follow(link, hop) {
    if (!link) return;
    sessionStorage.setItem("fanzha-flow-hop", hop);
    link.click();
  }
  light(card) {
    for (const path of this.ribbons) path.classList.toggle("lit", !!card && (path.dataset.from === card.dataset.c || path.dataset.to === card.dataset.c));
  }
  beside(card, step) {
    const from = step > 0 ? "from" : "to", to = step > 0 ? "to" : "from";
    const found = this.ribbons.filter((path) => path.dataset[from] === card.dataset.c).map((path) => this.byNumber.get(path.dataset[to])).filter(Boolean);
    return found.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0];
  }
  inColumn(card, step) {
    const column = this.cards.filter((one) => one.dataset.hop === card.dataset.hop).sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
    return column[column.indexOf(card) + step];
  }
  key(event) {
    if (event.isComposing || event.target.closest("input, select, textarea")) return;
    if (event.key === " " && !event.target.closest("button, a, summary")) { event.preventDefault(); this.play("run"); return; }
    if (event.key === ",") { this.play("back"); return; }
    if (event.key === ".") { this.play("forward"); return; }
    const card = event.target.closest?.(".card[data-c]");
    if (!card) return;
    const next = { ArrowRight: () => this.beside(card, 1), ArrowLeft: () => this.beside(card, -1), ArrowDown: () => this.inColumn(card, 1), ArrowUp: () => this.inColumn(card, -1) }[event.key]?.();
    if (next) { event.preventDefault(); card.setAttribute("tabindex", "-1"); next.setAttribute("tabindex", "0"); next.focus(); return; }
    if (event.key === "+" || event.key === "=") this.follow(this.querySelector(`[data-more="${card.dataset.hop}"]`), card.dataset.hop);
    if (event.key === "-") this.follow(this.querySelector(`[data-less="${card.dataset.hop}"]`), card.dataset.hop);
    if (event.key === "Enter") { const row = this.querySelector(`tr[data-account="${CSS.escape(card.dataset.account || "")}"]`); if (row) { row.closest("details")?.setAttribute("open", ""); row.querySelector("a").focus(); } }
  }
  play(what) {
    if (what === "back") this.show(this.at - 1);
    if (what === "forward") this.show(this.at + 1);
    if (what === "run") {
      const button = this.querySelector("[data-play=run]"), running = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!running));
      clearInterval(this.timer);
      if (running) return;
      if (this.at >= this.steps.length) this.show(0);
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (still) { button.setAttribute("aria-pressed", "false"); this.show(this.at + 1); return; }
      this.timer = setInterval(() => { this.show(this.at + 1); if (this.at >= this.steps.length) { clearInterval(this.timer); button.setAttribute("aria-pressed", "false"); } }, Math.max(60, 8000 / Math.max(1, this.steps.length)));
    }
  }
  show(at) {
    this.at = Math.min(Math.max(at, 0), this.steps.length);
    const until = this.at ? this.steps[this.at - 1] * 1000 + 999 : -1;
    const all = this.at >= this.steps.length;
    for (const part of this.svg.querySelectorAll("[data-t]")) part.classList.toggle("later", !all && Number(part.dataset.t) > until);
    this.querySelector("[data-play=at]").value = this.at;
    this.say();
  }
  say() {
    const said = this.querySelector("[data-play=said]"), cite = this.querySelector("[data-play=cite]");
    if (!said) return;
    const ms = this.steps[this.at - 1];
    const text = ms ? new Date(ms + 8 * 3600e3).toISOString().slice(0, 19) : "";
    said.textContent = `${this.at} / ${this.steps.length} ${text.replace("T", " ")}`;
    const to = new URL(cite.href);
    if (text && this.at < this.steps.length) to.searchParams.set("at", text);
    else to.searchParams.delete("at");
    cite.href = to.pathname + to.search;
  }
}
/* Paper has no list to unfold: the table of all accounts goes with the picture. */
const annexes = () => document.querySelectorAll("details.annex, details.difference");
addEventListener("beforeprint", () => { for (const one of annexes()) { one.dataset.was = one.open ? "open" : ""; one.open = true; } });
addEventListener("afterprint", () => { for (const one of annexes()) one.open = !!one.dataset.was; });
customElements.define("flow-view", FlowView);
