/* The bulletin's editor: what is written is kept on the server while one writes, and keys put in, save and look. Each page works without. */
const $ = (selector) => document.querySelector(selector);
const QUIET_MS = 2_000;
const form = $("#open");
const state = $("#kept");
let waiting = 0;
let sending = false;

const typing = (target) => target instanceof Element && target.matches("input, textarea, select");

async function keep() {
  if (sending) { waiting = setTimeout(keep, QUIET_MS); return; }
  sending = true;
  const fields = new URLSearchParams(new FormData(form));
  const written = fields.toString();
  fields.set("act", "keep");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { "hx-request": "true" } });
    const told = answer.ok ? await answer.json() : {};
    if (told.key) form.elements.namedItem("key").value = told.key; // the block is known by what it says
    state.textContent = told.key ? state.dataset.done : state.dataset.not;
    if (told.key && new URLSearchParams(new FormData(form)).get("zh") !== new URLSearchParams(written).get("zh")) later();
  } catch { state.textContent = state.dataset.not; }
  sending = false;
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(keep, QUIET_MS);
}

/* A slash where a word would begin asks which figure is meant. */
function put(event) {
  const field = event.target;
  if (event.key !== "/" || !field.matches("textarea") || /\S$/u.test(field.value.slice(0, field.selectionStart))) return;
  const list = $("#put");
  if (!list) return;
  event.preventDefault();
  list.hidden = false;
  list.focus();
  list.onchange = () => {
    field.setRangeText(`{${list.value}}`, field.selectionStart, field.selectionEnd, "end");
    list.hidden = true;
    list.selectedIndex = 0;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
}

if (form) {
  if (form.dataset.keeps) form.addEventListener("input", later);
  form.addEventListener("submit", () => clearTimeout(waiting));
  form.addEventListener("keydown", put);
}
window.addEventListener("keydown", (event) => {
  const held = event.ctrlKey || event.metaKey;
  if (held && event.shiftKey && event.key.toLowerCase() === "p") {
    event.preventDefault();
    $("#preview").open = true;
    $("#preview").scrollIntoView();
  } else if (held && event.key.toLowerCase() === "s") {
    event.preventDefault();
    form?.requestSubmit();
  } else if (event.key === "/" && !held && !typing(event.target) && document.body.dataset.keys !== "off") {
    event.preventDefault();
    event.stopImmediatePropagation(); // here it puts a block in; elsewhere it searches
    $("[data-insert]")?.click();
  }
}, true);
