// The command palette and the theme's switch. Everything works without, but for the palette.
const palette = document.getElementById("palette");

function open_palette() {
  if (palette && !palette.open) {
    palette.showModal();
    palette.querySelector("input").select();
  }
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open_palette();
  }
  if (palette && palette.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const stops = [palette.querySelector("input"), ...palette.querySelectorAll("a")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-opens=palette]")) open_palette();
  if (event.target === palette) palette.close();
  if (event.target.closest("[data-theme-switch]")) {
    const root = document.documentElement;
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.bsTheme);
  }
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-ticks]")) return;
  const ticks = event.target.closest("table").querySelectorAll("input[name=row]");
  for (const tick of ticks) tick.checked = event.target.checked;
});
