/* Ctrl+K: a list of what can be done here, narrowed by typing; what matches nothing is looked up. */
const palette = document.getElementById("palette");
if (palette) {
  const field = palette.querySelector("input[type=search]"), list = palette.querySelector("ul");
  const shown = () => [...list.querySelectorAll("li:not([hidden]) a")];
  const narrow = () => {
    const words = field.value.trim().toLowerCase().split(/\s+/);
    for (const line of list.children) line.hidden = !words.every((word) => line.textContent.toLowerCase().includes(word));
  };
  const ofPage = () => {
    for (const old of list.querySelectorAll("[data-of-page]")) old.remove();
    const here = [...document.querySelectorAll("main [data-key], main .deeds a, main .deeds button")];
    for (const target of [...new Set(here)].reverse()) {
      const words = target.textContent.replace(/\s+/g, " ").trim();
      if (!words || target.hidden || target.matches("input, textarea")) continue;
      const line = document.createElement("li"), link = document.createElement("a");
      line.dataset.ofPage = "";
      link.href = target.getAttribute("href") || "#";
      link.textContent = words;
      link.addEventListener("click", (event) => { event.preventDefault(); palette.close(); target.focus(); if (target.matches("a, summary")) target.click(); });
      line.append(link);
      list.prepend(line);
    }
  };
  window.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (palette.open) { palette.close(); return; }
    ofPage();
    field.value = "";
    narrow();
    palette.showModal();
    field.focus();
  });
  field.addEventListener("input", narrow);
  palette.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const links = shown(), at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (links[next] || field).focus();
    } else if (event.key === "Enter" && document.activeElement === field && links.length && field.value.trim()) {
      event.preventDefault();
      links[0].click();
    }
  });
}
