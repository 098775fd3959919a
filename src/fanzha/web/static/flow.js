/* <flow-view>: light, keys along the money, choice, playback. The picture itself is the server's. */
const SIGN = /^[◐◔●◧▮❄○▤▷◁↩◆?] /u, LATER = "…";
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
      card.addEventListener("focus", () => { this.lastCard = card; this.light(card); });
      card.addEventListener("mouseenter", () => this.light(card));
      card.addEventListener("mouseleave", () => this.light(null));
      card.addEventListener("click", (event) => { card.focus(); if (event.ctrlKey || event.metaKey || event.shiftKey) this.choose(card); else if (event.target.closest("text.act")) this.stop.click(); });
    }
    this.cards.forEach((card, place) => card.setAttribute("tabindex", place ? "-1" : "0"));
    addEventListener("keydown", (event) => this.key(event));
    this.stop = this.querySelector("[data-stop]");
    this.stop?.addEventListener("click", (event) => this.toStop(event));
    for (const button of this.querySelectorAll("[data-look]")) button.addEventListener("click", () => this.look(button));
    for (const name of ["from", "until"]) this.querySelector(`[data-play=${name}]`)?.addEventListener("change", () => this.range());
    this.range();
    for (const part of this.querySelectorAll("[data-play]")) {
      if (part.dataset.play === "at") part.addEventListener("input", () => this.show(Number(part.value)));
      else if (part.tagName === "BUTTON") part.addEventListener("click", () => this.play(part.dataset.play));
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
  /* Keys work while the view has the focus, or nothing has it and single keys are on. */
  key(event) {
    const inside = this.contains(event.target);
    if (event.isComposing || event.target.closest("input, select, textarea, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!inside && (event.target !== document.body || document.body.dataset.keys === "off")) return;
    if (event.key === " " && !event.target.closest("button, a, summary")) { event.preventDefault(); this.play("run"); return; }
    if (event.key === ",") { this.play("back"); return; }
    if (event.key === ".") { this.play("forward"); return; }
    const card = event.target.closest?.(".card[data-c]");
    if (!card) return;
    const next = { ArrowRight: () => this.beside(card, 1), ArrowLeft: () => this.beside(card, -1), ArrowDown: () => this.inColumn(card, 1), ArrowUp: () => this.inColumn(card, -1) }[event.key]?.();
    if (next) { event.preventDefault(); card.setAttribute("tabindex", "-1"); next.setAttribute("tabindex", "0"); next.focus(); return; }
    if (event.shiftKey && (event.key === "+" || event.code === "NumpadAdd")) { event.preventDefault(); this.choose(card); return; }
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
      if (this.at >= this.most) this.show(this.least);
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (still) { button.setAttribute("aria-pressed", "false"); this.show(this.at + 1); return; }
      this.timer = setInterval(() => { this.show(this.at + 1); if (this.at >= this.most) { clearInterval(this.timer); button.setAttribute("aria-pressed", "false"); } }, Math.max(60, 8000 / Math.max(1, this.steps.length)));
    }
  }
  /* Several cards for one action; each says so by its outline and to a screen reader. */
  choose(card) {
    if (!card.dataset.account) return;
    card.setAttribute("aria-current", String(card.classList.toggle("chosen")));
  }
  toStop(event) {
    const chosen = this.cards.filter((card) => card.classList.contains("chosen"));
    const here = document.activeElement?.closest?.(".card[data-account]") || this.lastCard;
    const accounts = (chosen.length ? chosen : here ? [here] : []).map((card) => card.dataset.account);
    if (!accounts.length) { event.preventDefault(); this.querySelector("[data-play=said]").textContent = this.stop.dataset.none; return; }
    this.stop.href = `${this.dataset.stops}?${new URLSearchParams({ accounts: accounts.join("\n") })}`;
  }
  look(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    if (button.dataset.look === "plain") { this.svg.classList.toggle("plain", on); return; }
    const wide = Number(this.svg.getAttribute("width")), high = Number(this.svg.getAttribute("height"));
    const frame = this.svg.parentElement;
    const scale = Math.min(1, (frame.clientWidth - 16) / wide, (innerHeight - 90) / high);
    if (!this.svg.dataset.box) this.svg.dataset.box = this.svg.getAttribute("viewBox") || "";
    if (on) this.svg.setAttribute("viewBox", this.svg.dataset.box || `0 0 ${wide} ${high}`);
    else if (!this.svg.dataset.box) this.svg.removeAttribute("viewBox");
    this.svg.style.width = on ? `${Math.floor(wide * scale)}px` : "";
    this.svg.style.height = on ? `${Math.floor(high * scale)}px` : "";
    if (on) frame.scrollIntoView({ block: "nearest" });
  }
  /* The two time inputs say from where to where playback goes. */
  range() {
    const step = (name) => { const text = this.querySelector(`[data-play=${name}]`)?.value; return text ? Date.parse(`${text}+08:00`) : null; };
    const from = step("from"), until = step("until");
    this.least = from === null ? 0 : this.steps.filter((ms) => Math.floor(ms / 1000) * 1000 < from).length;
    this.most = until === null ? this.steps.length : this.steps.filter((ms) => ms < until + 1000).length;
    if (this.at < this.least || this.at > this.most) this.show(this.at);
  }
  show(at) {
    this.at = Math.min(Math.max(at, this.least), Math.max(this.most, this.least));
    const all = this.at >= this.steps.length;
    for (const part of this.svg.querySelectorAll("[data-t]")) {
      part.classList.toggle("later", !all && Number(part.dataset.t) > this.at);
      const open = !all && Number(part.dataset.t) <= this.at && Number(part.dataset.z || 0) > this.at;
      if (part.matches(".card")) this.pend(part, open);
      else part.classList.toggle("growing", open);
    }
    for (const sum of this.querySelectorAll(".sums dd")) this.hide(sum, !all);
    if (document.activeElement?.closest?.(".later")) this.cards.find((card) => !card.classList.contains("later"))?.focus();
    this.querySelector("[data-play=at]").value = this.at;
    this.say();
  }
  /* Of a card whose figures are not the last ones yet: who it is, and nothing that had not happened. */
  pend(card, open) {
    if (card.classList.contains("pending") === open) return;
    card.classList.toggle("pending", open);
    if (card.dataset.state) card.classList.toggle(card.dataset.state, !open);
    for (const text of card.querySelectorAll("text.state, text.amount, text.stub, text.sum")) this.hide(text, open);
    const main = card.querySelector("text.main");
    if (main) this.hide(main, open, (words) => words.replace(SIGN, `${LATER} `));
    card.dataset.name ||= card.getAttribute("aria-label");
    card.setAttribute("aria-label", open ? `${main?.textContent || ""} ${LATER}` : card.dataset.name);
  }
  hide(part, hidden, put = () => LATER) {
    this.words ||= new WeakMap();
    if (!this.words.has(part)) this.words.set(part, [...part.childNodes]);
    const was = this.words.get(part);
    if (hidden) part.replaceChildren(put(was.map((node) => node.textContent).join("")));
    else part.replaceChildren(...was);
  }
  say() {
    const said = this.querySelector("[data-play=said]"), cite = this.querySelector("[data-play=cite]");
    if (!said) return;
    const ms = this.steps[this.at - 1];
    const text = ms ? new Date(ms + 8 * 3600e3).toISOString().slice(0, 19) : "";
    said.textContent = `${this.at} / ${this.steps.length} ${text.slice(5).replace("T", " ")}`;
    const to = new URL(cite.href);
    if (text && this.at < this.steps.length) to.searchParams.set("at", text);
    else to.searchParams.delete("at");
    cite.href = to.pathname + to.search;
  }
}
/* Paper has no list to unfold: the table of all accounts goes with the picture. */
const annexes = () => document.querySelectorAll("details.annex");
addEventListener("beforeprint", () => { for (const one of annexes()) { one.dataset.was = one.open ? "open" : ""; one.open = true; } });
addEventListener("afterprint", () => { for (const one of annexes()) one.open = !!one.dataset.was; });
/* Who printed it, when, and until when the statements tell: in the margin of every sheet, which only a style sheet can reach. */
const foot = document.querySelector(".print-foot");
if (foot) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@page { @bottom-left { content: ${JSON.stringify(foot.textContent.trim())}; font-size: 8pt; white-space: nowrap; } }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
customElements.define("flow-view", FlowView);
