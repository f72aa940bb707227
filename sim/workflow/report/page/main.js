// Which page it is, the switch between light and dark, and where the reader is.
"use strict";

{
  const data = JSON.parse(document.getElementById("data").textContent);
  if (data.kind === "sweep") sweepPage(data.sweep);
  else if (data.kind === "comparison") comparisonPage(data.runs);
  else runPage(data.runs[0]);
  document.getElementById("origin").textContent = `Made by orbsim report, build ${data.build}. Drawn with D3 ${d3.version}, copyright Mike Bostock, BSD 3-clause licence. ` +
    "This page holds all of its data and asks nothing of any network.";

  const button = document.getElementById("theme"), root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  const name = () => { button.textContent = isDark() ? "Light colours" : "Dark colours"; };
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  dark.addEventListener("change", name);
  name();

  // What is folded is printed, but not the tables that repeat a plot: those are made when somebody opens them.
  addEventListener("beforeprint", () => document.querySelectorAll("main details:not([open])").forEach((details) => {
    if (details.children.length < 2) return;
    details.dataset.folded = "";
    details.open = true;
  }));
  addEventListener("afterprint", () => document.querySelectorAll("main details[data-folded]").forEach((details) => { details.open = false; delete details.dataset.folded; }));

  const links = new Map([...document.querySelectorAll("#sections a")].map((link) => [link.hash.slice(1), link]));
  const watcher = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    links.forEach((link) => link.removeAttribute("aria-current"));
    links.get(entry.target.id).setAttribute("aria-current", "true");
  }), {rootMargin: "-15% 0px -75% 0px"});
  document.querySelectorAll("main section").forEach((one) => watcher.observe(one));
}
