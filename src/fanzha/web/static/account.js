/* The dossier's helps: the number into the clipboard, and a stretch of time drawn on the picture. */
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.replaceAll(" ", ""));
    button.setAttribute("data-done", "");
    document.getElementById("announce-later").textContent = button.textContent;
  });
}

const chart = document.querySelector("[data-brush]");
if (chart) {
  const mark = chart.querySelector(".brushed"), form = document.querySelector("form.brush");
  const from = Number(chart.dataset.from), until = Number(chart.dataset.until);
  const width = chart.viewBox.baseVal.width;
  const at = (event) => {
    const box = chart.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const written = (share) => new Date(from + share * (until - from) + 8 * 3600e3).toISOString().slice(0, 19);
  let begun = null;
  chart.addEventListener("pointerdown", (event) => { begun = at(event); chart.setPointerCapture(event.pointerId); });
  chart.addEventListener("pointermove", (event) => {
    if (begun === null) return;
    const [low, high] = [begun, at(event)].sort((a, b) => a - b);
    mark.setAttribute("x", low * width);
    mark.setAttribute("width", (high - low) * width);
    form.elements.from.value = written(low);
    form.elements.until.value = written(high);
  });
  chart.addEventListener("pointerup", (event) => {
    const moved = begun !== null && Math.abs(at(event) - begun) > 0.01;
    begun = null;
    if (moved) form.requestSubmit();
  });
}
