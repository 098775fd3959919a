/* Keys, clocks and live lists. Everything here is a help: each page works without it. */
import { tinykeys } from "./vendor/tinykeys-3.1.0.js";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const drift = Number(document.body.dataset.now) - Date.now();
let offset = drift; // of the server's clock to this one's
const now = () => Date.now() + offset;

/* --- clocks --------------------------------------------------------------------------------------------------------- */
const two = (n) => String(n).padStart(2, "0");
function span(ms) {
  const sign = ms < 0 ? "-" : "";
  let s = Math.floor(Math.abs(ms) / 1000);
  const days = Math.floor(s / 86400);
  s -= days * 86400;
  const h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60);
  return days ? `${sign}${days}${document.documentElement.lang.startsWith("zh") ? "天" : "d"} ${two(h)}:${two(m)}` : `${sign}${two(h)}:${two(m)}:${two(s % 60)}`;
}
const told = new Set(JSON.parse(sessionStorage.getItem("fanzha-told-breaches") || "[]"));
/* One soft tone with what is announced at once, for who switched it on; what it says stands on the page as well. */
function tone() {
  if (document.body.dataset.sound !== "on" || !("AudioContext" in window)) return;
  const sound = new AudioContext(), voice = sound.createOscillator(), loudness = sound.createGain();
  loudness.gain.setValueAtTime(0.08, sound.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.6);
  voice.frequency.value = 660;
  voice.connect(loudness).connect(sound.destination);
  voice.start();
  voice.stop(sound.currentTime + 0.6);
  voice.onended = () => sound.close();
}
function announce(text, soon = true) {
  if (soon) tone();
  const place = $(soon ? "#announce" : "#announce-later");
  if (place) place.textContent = text;
}
function tick() {
  const at = now();
  const shown = new Date(at + 8 * 3600e3).toISOString().slice(11, 19);
  const clock = $("#clock");
  if (clock) clock.textContent = shown;
  for (const mark of $$("[data-due]")) {
    const left = Number(mark.dataset.due) - at;
    $("time", mark).textContent = span(left);
    const steps = (mark.dataset.steps || "").split(" ").filter((step) => left >= 0 && Number(step) > left).length;
    if (mark.dataset.steps && left >= 0) {
      mark.classList.toggle("running", !steps);
      for (const [name, on] of [["warning", steps > 0], ["soon", steps === 2], ["last", steps === 3]]) mark.classList.toggle(name, on);
      $(".sign", mark).textContent = "◆".repeat(steps);
    }
    if (left < 0 && !mark.classList.contains("breached")) {
      mark.classList.remove("running", "warning", "soon", "last");
      mark.classList.add("breached");
      $(".sign", mark).textContent = "▲";
      const key = mark.dataset.due + (mark.closest("tr")?.id || "");
      if (!told.has(key)) {
        told.add(key);
        sessionStorage.setItem("fanzha-told-breaches", JSON.stringify([...told].slice(-200)));
        announce(mark.dataset.name || "");
      }
    }
  }
  for (const mark of $$("[data-since]")) mark.textContent = span(at - Number(mark.dataset.since));
}
setInterval(tick, 1000);

/* --- live: one stream a browser, told to its other pages; without it every page asks each ten seconds -------------------- */
const POLL_MS = 10000, CALM_MS = 2000;
let seen = Date.now(), waiting = null, frozen = false;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("fanzha-live") : null;
function linkState(name) {
  const link = $("#link");
  if (!link || link.className === name) return;
  link.className = name;
  link.textContent = link.dataset[name];
  $("#offline").hidden = name !== "off";
  if (name === "off") $("#offline .since").textContent = new Date(seen + offset + 8 * 3600e3).toISOString().slice(11, 19);
}
function changed() {
  if (waiting || frozen) return;
  waiting = setTimeout(() => { waiting = null; document.body.dispatchEvent(new CustomEvent("fanzha:changed")); }, document.hidden ? POLL_MS : CALM_MS / 4);
}
function heard(kind, data) {
  seen = Date.now();
  if (data) offset = Number(data) - Date.now();
  linkState("ok");
  if (kind === "changed") changed();
  if (kind === "ended") location.reload();
}
function listen() {
  const source = new EventSource("/live");
  for (const kind of ["time", "changed", "ended"])
    source.addEventListener(kind, (event) => { heard(kind, event.data); channel?.postMessage({ kind, data: event.data }); });
}
function startLive() {
  if (!$("#link")) return;
  channel?.addEventListener("message", (event) => heard(event.data.kind, event.data.data));
  if (navigator.locks && channel) navigator.locks.request("fanzha-live", () => new Promise(() => listen()));
  else listen();
  setInterval(async () => {
    if (Date.now() - seen < POLL_MS * 2) return;
    try {
      const answer = await fetch("/static/mark.svg", { cache: "no-store" });
      linkState(answer.ok ? "poll" : "off");
      if (answer.ok) changed();
    } catch { linkState("off"); }
  }, POLL_MS);
}
/* What an officer is reading stays as it is while he holds it, or while a form in it has the focus. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const inside = document.activeElement;
  if (event.detail.requestConfig?.triggeringEvent?.type === "fanzha:changed" && (inside?.matches("input, select, textarea") && event.target.contains(inside))) event.preventDefault();
});
document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["x-csrf"] = $("meta[name=csrf]").content; });
document.addEventListener("htmx:afterSettle", tick);
/* A list that is being read can be held still; what came meanwhile is shown when it is let go. */
function freezers() {
  for (const button of $$("[data-freeze]")) { button.hidden = false; button.setAttribute("aria-pressed", String(frozen)); }
}
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-freeze]")) return;
  frozen = !frozen;
  freezers();
  if (!frozen) changed();
});
document.addEventListener("htmx:afterSettle", freezers);
freezers();

/* --- keys ----------------------------------------------------------------------------------------------------------- */
const single = () => document.body.dataset.keys !== "off";
const composing = (event) => event.isComposing || event.keyCode === 229;
const writing = (event) => event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const free = (act) => (event) => { if (!composing(event) && !writing(event) && single() && !$("dialog[open]")) { act(event); } };
function press(key) {
  return free((event) => {
    const row = document.activeElement?.closest("tr") || $("[data-rows] tr[aria-selected=true]");
    const target = (row && $(`[data-row-key="${key}"]`, row)) || $(`[data-key="${key}"]`);
    if (!target) return;
    event.preventDefault();
    // A button of a row sends something: the key goes to it, and Enter sends; no legal act lies on a bare key.
    target.matches("input, textarea, button[data-row-key], button[data-submit]") ? target.focus() : target.click();
  });
}
const rows = () => $$("[data-rows] tbody tr").filter((row) => $("[data-row]", row));
function move(step) {
  return free((event) => {
    const all = rows();
    if (!all.length) return;
    event.preventDefault();
    const at = all.findIndex((row) => row.contains(document.activeElement) || row.getAttribute("aria-selected") === "true");
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    const link = $("[data-row]", next);
    link.focus();
    if (new URL(link.href).pathname === location.pathname && $(".side")) choose(link);
    else for (const row of all) row.setAttribute("aria-selected", String(row === next));
  });
}
/* On the desk the arrows go along the rows; elsewhere they scroll, and within a field they are the field's. */
const inList = (event) => $(".side") && !event.target.closest?.(".side, dialog, summary, .top, .demo");
let choosing = null;
function choose(link) {
  for (const row of rows()) row.setAttribute("aria-selected", String(row.contains(link)));
  clearTimeout(choosing);
  choosing = setTimeout(() => {
    history.replaceState(null, "", link.href);
    const place = $("#desk");
    place?.setAttribute("hx-get", link.getAttribute("href"));
    if (place) { htmx.process(place); htmx.ajax("GET", link.href, { target: ".side", select: ".side", swap: "outerHTML" }); }
  }, 120);
}
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-rows] tbody tr");
  const link = row && $("[data-row]", row);
  if (!link || event.target.closest("a:not([data-row]), button, input, label")) return;
  if (new URL(link.href).pathname === location.pathname && $(".side")) { event.preventDefault(); choose(link); }
  else if (!event.target.closest("a")) location.href = link.href;
});
const bindings = {
  "/": free((event) => { event.preventDefault(); $("[data-key-focus='/']")?.focus(); }),
  "?": free(() => { location.href = "/help"; }),
  "Shift+?": free(() => { location.href = "/help"; }),
  j: move(1), k: move(-1),
  ArrowDown: (event) => { if (inList(event)) move(1)(event); },
  ArrowUp: (event) => { if (inList(event)) move(-1)(event); },
  "$mod+Enter": (event) => {
    if (composing(event)) return;
    const form = event.target.closest?.("form") || $("dialog[open] form") || $("[data-submit]")?.closest("form");
    const button = form && $("[data-submit]", form);
    if (button) { event.preventDefault(); button.click(); return; }
    /* Where the next step is a page, it leads there; left to itself the browser would open a second tab. */
    const onward = !event.target.closest?.("form, dialog") && $("a[data-next]");
    if (onward) { event.preventDefault(); onward.click(); }
  },
  Escape: (event) => {
    if (composing(event)) return;
    if (writing(event)) { event.target.blur(); return; }
    if (!$("dialog[open]")) $("[data-back]")?.click();
  },
};
for (const entry of $$("[data-go]")) bindings[`g ${entry.dataset.go}`] = free(() => { location.href = entry.href; });
for (const key of ["a", "n", "s", "z", "m", "p", ".", "y", "e", "t", "o", "c", "w", "h", "v", "r", "b", "l", "f"]) bindings[key] = press(key);
/* Where a form has the focus a bare key is a letter of it. */
bindings["Alt+KeyV"] = (event) => { const target = $("[data-reveal]") || $("[data-key='v']"); if (target && !composing(event)) { event.preventDefault(); target.click(); } };
bindings.Enter = free((event) => {
  if (event.target.closest?.("a, button, summary, input")) { const row = event.target.closest("tr"); if (!row || !$(".side")) return; }
  press("Enter")(event);
});
tinykeys(window, bindings);
/* While an input method composes, Enter chooses a word and sends nothing. */
document.addEventListener("keydown", (event) => { if (event.key === "Enter" && composing(event)) event.stopPropagation(); }, true);
document.addEventListener("submit", (event) => {
  const button = event.submitter || $("button", event.target);
  if (event.target.dataset.sent) { event.preventDefault(); return; } // a second press is no second command
  if (event.target.dataset.draft && !navigator.onLine) { // where there is no line, the page stays, with what was written
    event.preventDefault();
    const note = $("[data-no-line]", event.target);
    if (note) { note.hidden = false; announce(note.textContent); }
    return;
  }
  event.target.dataset.sent = "yes";
  if (button) setTimeout(() => { button.setAttribute("aria-busy", "true"); });
});
window.addEventListener("pageshow", () => { for (const form of $$("form[data-sent]")) delete form.dataset.sent; });

/* --- drafts: what was written stays in this window until it is known to have arrived; sent again it carries the same key -- */
const DRAFT = "fanzha-draft-";
const readDraft = (key) => JSON.parse(sessionStorage.getItem(key) || "{}");
/* Whoever is told that something was done has had an answer: what was sent last has arrived. */
if ($("#told")) {
  const sent = Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT) && readDraft(key).sent);
  const last = sent.sort((one, other) => readDraft(other).sent - readDraft(one).sent)[0];
  if (last) sessionStorage.removeItem(last);
}
for (const form of $$("form[data-draft]")) {
  const key = DRAFT + form.dataset.draft, boxes = (name) => $$(`input[type=checkbox][name="${CSS.escape(name)}"]`, form);
  const fresh = Object.fromEntries([...form.elements].filter((field) => field.name && field.matches("input:not([type=hidden]):not([type=password]), textarea, select")).map((field) => [field.name, field.value]));
  const kept = readDraft(key), lost = Boolean(kept.sent) && !$("#trouble");
  const begun = $("#trouble") ? { ...fresh, ...kept.begun } : fresh; // what came back refused is his own, not the page's
  for (const [name, value] of Object.entries(kept.fields || {})) {
    if (Array.isArray(value)) { if (lost || !boxes(name).some((box) => box.checked)) for (const box of boxes(name)) box.checked = value.includes(box.value); continue; }
    const field = form.elements.namedItem(name); // by its name alone: a field may be called as a method is
    const untold = !field?.value || field.value === kept.begun?.[name]; // the page says no more of it than when it was written
    if (field && "value" in field && (lost || untold) && field.type !== "file" && field.type !== "password") field.value = value;
  }
  if (lost) {
    if (form.elements.request && kept.request) form.elements.request.value = kept.request;
    const note = $("[data-unanswered]", form);
    if (note) note.hidden = false;
  }
  const keep = (sent = 0) => {
    const fields = {};
    for (const field of form.elements) {
      if (!field.name || field.matches("[data-vouches]") || ["hidden", "file", "password", "radio"].includes(field.type)) continue;
      fields[field.name] = field.type === "checkbox" ? boxes(field.name).filter((box) => box.checked).map((box) => box.value) : field.value;
    }
    sessionStorage.setItem(key, JSON.stringify({ fields, begun, sent, request: form.elements.request?.value }));
  };
  form.addEventListener("input", () => keep(lost ? kept.sent : 0));
  form.addEventListener("submit", () => keep(Date.now()));
  if ($("#trouble")) keep(); // it was sent and refused: whoever looks at the record first finds his words again
}

/* Who ticked that he saw it vouches for what stood there then: whatever is changed afterwards takes the tick away. */
document.addEventListener("input", (event) => {
  for (const tick of $$("[data-vouches]", event.target.form || document.createElement("form"))) {
    const note = $("[data-changed]", tick.closest(".field"));
    if (tick === event.target) note.hidden = true;
    if (tick === event.target || !tick.checked) continue;
    tick.checked = false;
    note.hidden = false;
  }
});

/* A list that is wider than its place can be reached and scrolled by keyboard. */
function reachable() {
  for (const list of $$(".list, .scroll")) {
    const wide = list.scrollWidth > list.clientWidth + 1;
    if (wide && !list.hasAttribute("tabindex")) {
      list.tabIndex = 0;
      list.setAttribute("role", "group"); // no landmark: the section around it may have the same name
      list.setAttribute("aria-label", $("caption", list)?.textContent || document.title);
    }
  }
}
addEventListener("resize", reachable);
document.addEventListener("htmx:afterSettle", reachable);
reachable();

/* What is wrong is read out; whoever can put it right at a field goes on writing there. */
if ($("#trouble")) ($("[data-draft] [aria-invalid]:not([type=file])") || $("#trouble")).focus();
/* Who goes on writing where something stands already begins at its end. */
const begun = document.activeElement?.matches("textarea") ? document.activeElement : $("textarea[autofocus]");
begun?.setSelectionRange(begun.value.length, begun.value.length);
/* What was told after the last step is no longer so once the record stands elsewhere. */
let standing = $("[data-standing]")?.dataset.standing;
document.addEventListener("htmx:afterSwap", () => {
  const stands = $("[data-standing]")?.dataset.standing;
  if (!standing || stands === standing) return;
  $("#told")?.remove();
  standing = stands;
  /* What it came to has the focus, or what comes next; the focus was on something that is no more. */
  const outcome = $(".outcome h2");
  if (outcome) announce(outcome.textContent.trim().replace(/\s+/g, " "), false);
  if ([document.body, $("#main")].includes(document.activeElement) || document.activeElement?.closest("#measure, #told")) ($("[data-next]") || $("#main")).focus();
});
/* What comes next has the focus, and what was just told is read out with it. */
const next = $("[data-next]");
if (next && $("#told")) next.setAttribute("aria-describedby", `told ${next.getAttribute("aria-describedby") || ""}`.trim());
if (!$("#trouble") && !next?.autofocus) (next || $("#told"))?.focus({ preventScroll: !next });
tick();
startLive();
