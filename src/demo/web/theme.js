// Sets the theme before the first paint; a plain script for that reason.
(() => {
  const KEY = "panoptes-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };
  const apply = () => {
    const theme = stored() ?? (system.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    document.getElementById("toggle-theme")?.setAttribute("aria-pressed", String(theme === "dark"));
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("toggle-theme").addEventListener("click", () => {
      const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      try { localStorage.setItem(KEY, next); } catch { /* private window: lasts until the reload */ }
      document.documentElement.dataset.theme = next;
      document.getElementById("toggle-theme").setAttribute("aria-pressed", String(next === "dark"));
    });
  });
})();
