/* The wall on a screen that nobody touches: its pages take turns, and numbers that are not renewed say how old they are. */
const TURN_MS = 30_000;
const LOOK_MS = 5_000;
const MINUTE_MS = 60_000;
const $ = (selector) => document.querySelector(selector);
let page = 1;
let renewed = Date.now();

const pages = () => Math.max(1, ...[...document.querySelectorAll("#wall [data-page]")].map((one) => Number(one.dataset.page)));
const paused = () => $("#turn").getAttribute("aria-pressed") === "true";

function show(next) {
  page = next;
  document.body.dataset.wallPage = String(page);
}

function turn() {
  // Whoever is in the middle of the board is not taken away from it.
  if (!paused() && !$("#wall :focus")) show(page % pages() + 1);
}

function tellAge() {
  const age = $("#age");
  const minutes = Math.floor((Date.now() - renewed) / MINUTE_MS);
  age.hidden = $("#link").className !== "off";
  age.textContent = age.dataset.said.replace("{n}", String(minutes));
}

function press() {
  const now = !paused();
  $("#turn").setAttribute("aria-pressed", String(now));
  $("#turn").textContent = now ? $("#turn").dataset.go : $("#turn").dataset.stop;
}

show(1);
$("#turn").hidden = pages() < 2;
$("#turn").addEventListener("click", press);
document.body.addEventListener("htmx:afterSwap", () => { renewed = Date.now(); $("#turn").hidden = pages() < 2; if (page > pages()) show(1); });
setInterval(turn, TURN_MS);
setInterval(tellAge, LOOK_MS);
