// Before anything is drawn: the theme that was chosen here, else that of the system.
const chosen = localStorage.getItem("theme");
const dark = matchMedia("(prefers-color-scheme: dark)");
document.documentElement.dataset.bsTheme = chosen || (dark.matches ? "dark" : "light");
