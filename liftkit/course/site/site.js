// What the pages do in the browser: theme, menu, search, folded answers, charts. No request leaves the site.
"use strict";
const $ = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// What is large comes when it is needed, as a script: a browser loads neither modules nor data from file://.
const scripts = {};
function loadScript(src) {
  return scripts[src] ??= new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload, onerror }));
  });
}
function whenNear(places, begin) {
  const near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
    near.unobserve(target);
    begin(target);
  }), { rootMargin: "800px" });
  for (const place of places) near.observe(place);
}

const themeButton = $(".theme");
const isDark = () => document.documentElement.dataset.theme === "dark";
const showTheme = () => themeButton.setAttribute("aria-pressed", isDark());
themeButton.onclick = () => chooseTheme(isDark() ? "light" : "dark");
addEventListener("themechange", showTheme);
showTheme();

const menu = $(".menu");
menu.onclick = () => {
  const open = menu.getAttribute("aria-expanded") !== "true";
  menu.setAttribute("aria-expanded", open);
  $("#lessons").classList.toggle("open", open);
};
$("#lessons [aria-current]")?.scrollIntoView({ block: "nearest" });

// Search: every word must be in a section; a word in its heading counts for more.
const field = $(".search input"), results = $(".results");
function find(words) {
  const found = [];
  for (const entry of window.searchIndex) {
    const heading = `${entry.lesson} ${entry.title}`.toLowerCase(), text = `${entry.text} ${entry.code}`.toLowerCase();
    if (words.every((word) => heading.includes(word) || text.includes(word))) {
      const score = words.reduce((sum, word) => sum + 10 * heading.includes(word) + Math.min(text.split(word).length - 1, 5), 0);
      found.push({ entry, score });
    }
  }
  return found.sort((a, b) => b.score - a.score);
}
function around(text, word) {
  const at = text.toLowerCase().indexOf(word);
  if (at < 0) return [text.slice(0, 120)];
  const from = Math.max(at - 50, 0), mark = document.createElement("mark");
  mark.textContent = text.slice(at, at + word.length);
  return [(from ? "… " : "") + text.slice(from, at), mark, text.slice(at + word.length, at + 80) + " …"];
}
function search() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  results.hidden = !words.length;
  if (results.hidden) return;
  const found = find(words), shown = found.slice(0, 12);
  $("p", results).textContent = found.length ? `${found.length} section${found.length > 1 ? "s" : ""}` : "Nothing found";
  $("ul", results).replaceChildren(...shown.map(({ entry }) => {
    const item = document.createElement("li"), link = document.createElement("a"), text = document.createElement("span");
    link.href = entry.address;
    link.textContent = entry.title && !entry.lesson.endsWith(entry.title) ? `${entry.lesson} · ${entry.title}` : entry.lesson;
    const source = entry.text.toLowerCase().includes(words[0]) || !entry.code.toLowerCase().includes(words[0]) ? entry.text : entry.code;
    text.append(...around(source, words[0]));
    link.append(text);
    item.append(link);
    return item;
  }));
}
field.onfocus = () => loadScript("search.js");
field.oninput = () => loadScript("search.js").then(search);
$(".search").onsubmit = (event) => { event.preventDefault(); $("a", results)?.click(); };
results.onclick = (event) => { if (event.target.closest("a")) results.hidden = true; };
document.addEventListener("click", (event) => { if (!event.target.closest(".search")) results.hidden = true; });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !results.hidden) { results.hidden = true; field.focus(); }
  if (event.key === "/" && !event.target.closest("input, textarea, select")) { event.preventDefault(); field.focus(); }
  const links = all("a", results), at = links.indexOf(document.activeElement);
  if (!results.hidden && event.target.closest(".search") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    (links[at + (event.key === "ArrowDown" ? 1 : -1)] ?? field).focus();
  }
});

// A link into a folded answer opens it.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let place = target; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", unfold);

// What scrolls sideways can be reached by keyboard.
function markScrollers() {
  for (const place of all("main pre, .table, .formula, .chart")) {
    if (place.scrollWidth > place.clientWidth + 1) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }
}
addEventListener("resize", markScrollers);
all("details").forEach((one) => one.addEventListener("toggle", markScrollers));

// Charts are drawn when they come near the window: plotly has 5 MB, and text comes first.
function themed(layout) {
  const line = getComputedStyle($(".top")).borderBottomColor, clear = "rgba(0,0,0,0)", base = layout.template?.layout ?? {};
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line };
  const paper = { paper_bgcolor: clear, plot_bgcolor: clear, font: { color: getComputedStyle(document.body).color } };
  const template = { ...layout.template, layout: { ...base, ...paper, xaxis: { ...base.xaxis, ...axis }, yaxis: { ...base.yaxis, ...axis } } };
  const legend = innerWidth < 640 ? { orientation: "h", y: -0.25, ...layout.legend } : layout.legend;
  return { ...layout, template, legend, autosize: true, margin: { l: 64, r: 16, t: 40, b: 56, ...layout.margin } };
}
function draw(place) {
  const { data, layout = {} } = JSON.parse(place.parentElement.nextElementSibling.textContent);
  place.replaceChildren();
  place.dataset.drawn = "yes";
  if (layout.xaxis2) place.style.minWidth = "38rem"; // several panels: on a phone they scroll
  Plotly.newPlot(place, data, themed(layout), { displayModeBar: false, responsive: true }).then(markScrollers);
}
addEventListener("load", () => {
  whenNear(all(".plotly"), (place) => loadScript("plotly.min.js").then(() => draw(place)));
  markScrollers();
  unfold();
});
addEventListener("themechange", () => all(".plotly[data-drawn]").forEach(draw));
