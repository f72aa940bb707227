// Elements, texts and tables. Whatever comes from the data goes in as text, never as HTML.
"use strict";

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

const count = d3.format(",");

// Microseconds in the unit that people would use.
function timeText(us) {
  const size = Math.abs(us);
  if (size < 1e3) return `${count(Math.round(us))} µs`;
  if (size < 1e6) return `${(us / 1e3).toFixed(size < 1e4 ? 2 : 1)} ms`;
  if (size < 12e7) return `${(us / 1e6).toFixed(size < 1e7 ? 3 : 2)} s`;
  if (size < 72e8) return `${(us / 6e7).toFixed(1)} min`;
  return `${(us / 36e8).toFixed(1)} h`;
}

function clockText(us) {
  const ms = Math.round(us / 1e3), two = (n) => String(n).padStart(2, "0");
  return `${two(Math.floor(ms / 36e5))}:${two(Math.floor(ms / 6e4) % 60)}:${two(Math.floor(ms / 1e3) % 60)}.` +
    String(ms % 1000).padStart(3, "0");
}

function bytesText(bytes) {
  for (const [unit, size] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]])
    if (Math.abs(bytes) >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
  return `${count(Math.round(bytes))} B`;
}

function valueText(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "us") return timeText(value);
  if (unit === "ppm") return `${(value / 1e4).toFixed(2)} %`;
  if (unit === "bytes") return bytesText(value);
  return Number.isInteger(value) ? count(value) : d3.format(",.2~f")(value);
}

const shareText = (part, whole) => whole > 0 ? `${(100 * part / whole).toFixed(1)} %` : "–";
const short = (hex) => `${hex.slice(0, 4)}..`;

// columns: {name, of: row => value to sort by, show: row => text or node, number: bool, kind: class of the cells}
function table({caption, columns, rows, tall, sortable = true, limit = 0}) {
  const shown = limit > 0 ? rows.slice(0, limit) : rows.slice();
  const body = el("tbody");
  const fill = () => body.replaceChildren(...shown.map((row) => el("tr", {}, columns.map((column, i) =>
    el(i === 0 ? "th" : "td", {scope: i === 0 ? "row" : null, class: [column.number ? "number" : "", column.kind || ""].join(" ").trim() || null},
      column.show ? column.show(row) : String(column.of(row)))))));
  const heads = columns.map((column) => el("th", {scope: "col", class: column.number ? "number" : null},
    sortable && rows.length > 2 && column.name ? el("button", {type: "button", onclick: () => sort(column)}, column.name) : column.name));
  function sort(column) {
    const head = heads[columns.indexOf(column)];
    const up = head.getAttribute("aria-sort") === "descending" || (!head.hasAttribute("aria-sort") && !column.number);
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    shown.sort((a, b) => (up ? 1 : -1) * d3.ascending(column.of(a) ?? -Infinity, column.of(b) ?? -Infinity));
    fill();
  }
  fill();
  const text = rows.length > shown.length ? `${caption} (the first ${count(shown.length)} of ${count(rows.length)})` : caption;
  return el("div", {class: "table"}, el("p", {class: "caption"}, text),
    el("div", {class: tall && shown.length > 12 ? "scroll tall" : "scroll", tabindex: "0", role: "region", "aria-label": text},
      el("table", {"aria-label": text}, el("thead", {}, el("tr", {}, heads)), body)));
}

const asTable = (options) => el("details", {}, el("summary", {}, "As a table"), table(options));

function facts(pairs) {
  return el("dl", {class: "facts"}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

// A line that can be pasted into a shell.
function command(text) {
  const button = el("button", {type: "button", class: "plain copy", "aria-label": `Copy: ${text}`, onclick: async () => {
    try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; }
    catch (error) { getSelection().selectAllChildren(code); button.textContent = "Selected"; }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }}, "Copy");
  const code = el("code", {tabindex: "0"}, text);
  return el("div", {class: "command"}, code, button);
}

const verdict = (word) => el("span", {class: `verdict ${{passed: "pass", failed: "fail", violated: "fail"}[word] || word.toLowerCase()}`}, word);

function choice(label, values, change) {
  const select = el("select", {onchange: () => change(select.value)}, values.map(([value, text]) => el("option", {value}, text)));
  return el("label", {}, label, select);
}

// A slider over frames, each of which has an `end_us`, with a button that plays them. show(i) draws a frame and says it in words.
function frameSlider({id, frames, start, show}) {
  const clock = el("output", {for: id}), last = Math.max(0, frames.length - 1);
  const slider = el("input", {type: "range", id, min: 0, max: last, value: start, oninput: () => { stop(); draw(); }});
  const button = el("button", {type: "button", class: "plain play", onclick: () => timer === null ? play() : stop()}, "Play");
  let timer = null;
  function draw() {
    const frame = Number(slider.value), words = show(frame);
    clock.textContent = clockText(frames.length === 0 ? 0 : frames[frame].end_us);
    slider.setAttribute("aria-valuetext", `${clock.textContent}, ${words}`);
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    button.textContent = "Play";
  }
  function play() {
    if (Number(slider.value) === last) slider.value = 0;
    button.textContent = "Pause";
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      draw();
      if (Number(slider.value) === last) stop();
    }, 150);
  }
  draw();
  return el("div", {class: "slider"}, button, el("label", {class: "slider"}, "Time", slider, clock));
}

function section(id, title, ...children) {
  document.getElementById("sections").append(el("li", {}, el("a", {href: `#${id}`}, title)));
  const node = el("section", {id, "aria-labelledby": `${id}-title`}, el("h2", {id: `${id}-title`}, title), ...children);
  document.getElementById("content").append(node);
  return node;
}
