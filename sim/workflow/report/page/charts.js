// Plots. Each is drawn to the width that it has, again when that changes, and can be read without being seen: a description, arrow keys
// where a pointer would go, and a table of the same numbers.
"use strict";

const color = (i) => `var(--c${i % 8})`;
const dash = (i) => ["", "7 3", "2 3", "9 3 2 3", "12 4", "4 2", "1 2", "9 2 2 2 2 2"][i % 8];

// `draw(svg, width)` returns the height that it took.
function plot(title, description, draw, extra = {}) {
  const host = el("div", {});
  const figure = el("figure", {}, el("figcaption", {}, title), extra.legend, host, extra.readout, extra.table);
  let drawn = 0;
  const redraw = () => {
    const width = Math.max(260, Math.floor(host.clientWidth));
    if (width === drawn || host.clientWidth === 0) return;
    drawn = width;
    const svg = d3.create("svg").attr("class", "plot").attr("role", "img").attr("aria-label", `${title}. ${description}`);
    const height = draw(svg, width);
    svg.attr("viewBox", `0 0 ${width} ${height}`);
    host.replaceChildren(svg.node());
  };
  figure.redraw = () => { drawn = 0; redraw(); };
  new ResizeObserver(redraw).observe(host);
  return figure;
}

function legend(names, kind = "line") {
  return el("ul", {class: "legend"}, names.map((name, i) => {
    const svg = d3.create("svg").attr("viewBox", "0 0 22 10").attr("aria-hidden", "true");
    if (kind === "line") svg.append("line").attr("x2", 22).attr("y1", 5).attr("y2", 5).attr("stroke-width", 2.4)
      .attr("stroke-dasharray", dash(i)).style("stroke", color(i));
    else svg.append("circle").attr("cx", 11).attr("cy", 5).attr("r", 4).style("fill", color(i));
    return el("li", {}, svg.node(), name);
  }));
}

function axes(svg, x, y, {width, height, margin, xText, yText, xTicks = 6, yTicks = 4}) {
  const g = svg.append("g");
  g.append("g").selectAll("line").data(y.ticks(yTicks)).enter().append("line").attr("class", "rule")
    .attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", (d) => y(d)).attr("y2", (d) => y(d));
  g.append("g").attr("class", "axis").attr("transform", `translate(0,${height - margin.bottom})`)
    .call(d3.axisBottom(x).ticks(Math.min(xTicks, Math.floor(width / 75))).tickFormat(xText).tickSizeOuter(0));
  g.append("g").attr("class", "axis").attr("transform", `translate(${margin.left},0)`)
    .call(d3.axisLeft(y).ticks(yTicks).tickFormat(yText).tickSize(0).tickPadding(6)).select(".domain").remove();
}

const secondsText = (us) => us >= 36e8 ? `${d3.format(".3~g")(us / 36e8)} h` : us >= 6e8 ? `${d3.format(".3~g")(us / 6e7)} min` : `${d3.format(".4~g")(us / 1e6)} s`;
const shortCount = (value) => Math.abs(value) < 1000 ? d3.format(".3~g")(value) : d3.format(".3~s")(value);
const shortValue = (unit) => unit === "bytes" ? (v) => bytesText(v).replace(".0 ", " ") : unit === "us" ? (v) => v === 0 ? "0" : timeText(v).replace(/\.?0+ /, " ")
  : unit === "ppm" ? (v) => `${d3.format(".3~g")(v / 1e4)} %` : shortCount;

const cursors = [];  // Of all plots over the simulated time: they move together.
let cursorAt = null;
function moveCursors(at) {
  cursorAt = at;
  cursors.forEach((cursor) => cursor(at));
}

// series: [{name, x: [us], y: [number]}]; `unit` of y; bands: [{from, to, text}]; end: us.
function timePlot({title, series, unit = "count", bands = [], end, named = true}) {
  const readout = el("p", {class: "readout", "aria-live": "off"});
  const top = d3.max(series, (one) => d3.max(one.y)) || 1;
  const rows = d3.range(d3.max(series, (one) => one.x.length)).map((i) => i);
  const summary = series.map((one) => `${one.name}: from ${valueText(d3.min(one.y), unit)} to ${valueText(d3.max(one.y), unit)}`).join("; ");
  const longest = series.reduce((a, b) => a.x.length >= b.x.length ? a : b);
  const figure = plot(title, summary, (svg, width) => {
    const height = 190, margin = {top: 8, right: 12, bottom: 24, left: 58};
    const x = d3.scaleLinear().domain([0, end]).range([margin.left, width - margin.right]);
    const y = d3.scaleLinear().domain([0, top]).nice(4).range([height - margin.bottom, margin.top]);
    svg.append("g").selectAll("rect").data(bands).enter().append("rect").attr("class", "band").attr("x", (d) => x(d.from))
      .attr("width", (d) => Math.max(1.5, x(Math.min(d.to, end)) - x(d.from))).attr("y", margin.top).attr("height", height - margin.top - margin.bottom)
      .append("title").text((d) => d.text);
    axes(svg, x, y, {width, height, margin, xText: secondsText, yText: shortValue(unit)});
    series.forEach((one, i) => svg.append("path").attr("class", "line mark").style("stroke", color(i)).attr("stroke-dasharray", dash(i))
      .attr("d", d3.line().x((at) => x(one.x[at])).y((at) => y(one.y[at]))(d3.range(one.x.length))));
    if (longest.x.length === 1) series.forEach((one, i) => svg.append("circle").attr("class", "mark").attr("r", 3)
      .attr("cx", x(one.x[0])).attr("cy", y(one.y[0])).style("fill", color(i)));
    const line = svg.append("line").attr("class", "cursor").attr("y1", margin.top).attr("y2", height - margin.bottom).style("display", "none");
    const show = (at) => {
      if (at === null || longest.x.length === 0) { line.style("display", "none"); readout.textContent = ""; return; }
      const index = nearest(longest.x, at);
      line.style("display", null).attr("x1", x(longest.x[index])).attr("x2", x(longest.x[index]));
      readout.textContent = `${clockText(longest.x[index])}  ` + series.map((one) => {
        const own = nearest(one.x, longest.x[index]);
        return `${one.name} ${valueText(one.y[own], unit)}`;
      }).join(", ");
    };
    if (figure.cursor) cursors.splice(cursors.indexOf(figure.cursor), 1);
    figure.cursor = show;
    cursors.push(show);
    svg.attr("tabindex", 0).on("pointermove mousemove", function() { moveCursors(x.invert(d3.mouse(this)[0])); })
      .on("pointerleave blur", () => moveCursors(null)).on("focus", () => moveCursors(cursorAt ?? 0))
      .on("keydown", () => {
        const step = {ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10}[d3.event.key];
        if (step === undefined) return;
        d3.event.preventDefault();
        const index = Math.max(0, Math.min(longest.x.length - 1, nearest(longest.x, cursorAt ?? 0) + step));
        moveCursors(longest.x[index]);
      });
    return height;
  }, {legend: named && series.length > 1 ? legend(series.map((one) => one.name)) : null, readout,
    table: lazyTable(() => ({caption: `${title}, every ${longest.x.length > 200 ? `${Math.ceil(longest.x.length / 200)}th row` : "row"}`, tall: true, sortable: false,
      rows: rows.filter((i) => i % Math.ceil(longest.x.length / 200) === 0),
      columns: [{name: "up to", of: (i) => clockText(longest.x[i])}].concat(series.map((one) => ({name: one.name, number: true, of: (i) => valueText(one.y[i], unit)})))}))});
  return figure;
}

function nearest(sorted, value) {
  const i = d3.bisectLeft(sorted, value);
  if (i === 0) return 0;
  if (i === sorted.length) return sorted.length - 1;
  return value - sorted[i - 1] < sorted[i] - value ? i - 1 : i;
}

// Filled when it is opened: most never are.
function lazyTable(options) {
  const details = el("details", {}, el("summary", {}, "As a table"));
  details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(table(options())); });
  return details;
}

// The value below which a share of the samples lies; {up_to, share_ppm} as histograms.csv has them.
const quantile = (one, ppm) => one.up_to[Math.min(one.up_to.length - 1, d3.bisectLeft(one.share_ppm, ppm))];

// At most `most` bars of equal width; the axis ends at the 99.9th percentile, or earlier when few far values would make one bar of all
// others. The last bar holds the rest too.
function binsOf(one, most) {
  const low = 0, high = Math.max(1, Math.min(quantile(one, 999000), 3 * Math.max(quantile(one, 990000), 1)));
  const whole = one.unit === "count" && high <= most;
  const width = whole ? 1 : high / most;
  const bins = d3.range(whole ? high + 1 : most).map((i) => ({from: low + i * width, to: low + (i + 1) * width, share: 0}));
  let before = 0;
  one.up_to.forEach((value, i) => {
    const index = whole ? Math.min(value, high) : Math.ceil(value / width) - 1;
    bins[Math.max(0, Math.min(bins.length - 1, index))].share += (one.share_ppm[i] - before) / 1e4;
    before = one.share_ppm[i];
  });
  bins.whole = whole;
  return bins;
}

function histogramPlot(one, samples) {
  const marks = [["p50", 500000], ["p90", 900000], ["p99", 990000]].map(([name, ppm]) => ({name, value: quantile(one, ppm)}));
  const text = marks.map((mark) => `${mark.name} ${valueText(mark.value, one.unit)}`).join("  ");
  const bins = binsOf(one, 40);
  const label = (bin) => bins.whole ? valueText(bin.from, one.unit) : `${valueText(Math.round(bin.from), one.unit)} to ${valueText(Math.round(bin.to), one.unit)}`;
  return plot(one.metric, `${count(samples)} samples, ${text}`, (svg, width) => {
    const height = 150, margin = {top: 18, right: 12, bottom: 24, left: 46};
    const shift = bins.whole ? 0.5 : 0;
    const x = d3.scaleLinear().domain([-shift, bins[bins.length - 1].to - shift]).range([margin.left, width - margin.right]);
    const y = d3.scaleLinear().domain([0, d3.max(bins, (bin) => bin.share)]).nice(3).range([height - margin.bottom, margin.top]);
    axes(svg, x, y, {width, height, margin, xText: bins.whole ? (v) => Number.isInteger(v) ? shortCount(v) : "" : shortValue(one.unit), yText: (v) => `${v} %`, yTicks: 3, xTicks: 5});
    svg.append("g").selectAll("rect").data(bins).enter().append("rect").attr("class", "fill mark").attr("x", (bin) => x(bin.from - shift) + 0.5)
      .attr("width", (bin) => Math.max(0.5, x(bin.to) - x(bin.from) - 1)).attr("y", (bin) => y(bin.share)).attr("height", (bin) => y(0) - y(bin.share))
      .append("title").text((bin) => `${label(bin)}: ${bin.share.toFixed(2)} %`);
    let taken = -100;
    marks.forEach((mark) => {
      const at = x(Math.min(mark.value, bins[bins.length - 1].to - shift));
      svg.append("line").attr("class", "percentile").attr("x1", at).attr("x2", at).attr("y1", margin.top - 4).attr("y2", height - margin.bottom);
      if (at - taken < 26) return;
      taken = at;
      svg.append("text").attr("x", at).attr("y", 10).attr("text-anchor", at > width - 40 ? "end" : "middle").text(mark.name);
    });
    return height;
  }, {readout: el("p", {class: "readout"}, `${count(samples)} samples  ${text}`),
    table: lazyTable(() => ({caption: one.metric, rows: bins.filter((bin) => bin.share > 0), tall: true, sortable: false,
      columns: [{name: one.metric, of: label}, {name: "share", number: true, of: (bin) => `${bin.share.toFixed(2)} %`}]}))});
}

// Cumulative shares of one metric in several runs.
function cumulativePlot(metric, unit, ones) {
  const high = d3.max(ones, (one) => quantile(one.histogram, 999000)) || 1;
  const text = ones.map((one) => `${one.name}: p50 ${valueText(quantile(one.histogram, 500000), unit)}, p99 ${valueText(quantile(one.histogram, 990000), unit)}`).join("; ");
  return plot(metric, text, (svg, width) => {
    const height = 190, margin = {top: 8, right: 12, bottom: 24, left: 52};
    const x = d3.scaleLinear().domain([0, high]).range([margin.left, width - margin.right]);
    const y = d3.scaleLinear().domain([0, 100]).range([height - margin.bottom, margin.top]);
    axes(svg, x, y, {width, height, margin, xText: shortValue(unit), yText: (v) => `${v} %`, xTicks: 5});
    ones.forEach((one) => svg.append("path").attr("class", "line mark").style("stroke", color(one.index)).attr("stroke-dasharray", dash(one.index))
      .attr("d", d3.line().curve(d3.curveStepAfter).x((d) => x(Math.min(d[0], high))).y((d) => y(d[1]))(
        [[0, 0]].concat(one.histogram.up_to.map((value, i) => [value, one.histogram.share_ppm[i] / 1e4])))));
    return height;
  }, {readout: el("p", {class: "readout"}, "share of the samples up to a value"), table: lazyTable(() => ({caption: metric, sortable: false, rows: ones, columns:
    [{name: "run", of: (one) => one.name}].concat([["p50", 500000], ["p90", 900000], ["p99", 990000], ["largest", 1000000]].map(([name, ppm]) =>
      ({name, number: true, of: (one) => valueText(quantile(one.histogram, ppm), unit)})))}))});
}

// A matrix: values[row][column] of `show`; a cell is darker the larger its share of the largest.
function heatPlot({title, description, rows, columns, value, show, tell, rowName, columnName, table: tableOptions}) {
  const largest = d3.max(rows, (row, r) => d3.max(columns, (column, c) => value(r, c))) || 1;
  const cellHeight = rows.length > 24 ? 20 : 28;
  const longest = d3.max(rows, (row) => row.length);
  const figure = plot(title, description, (svg, width) => {
    const left = Math.min(width * 0.36, longest * 7.2 + 12), turn = columns.some((column) => column.length * 7.2 > (width - left) / columns.length - 6);
    const top = 20 + (turn ? Math.min(110, d3.max(columns, (column) => column.length) * 6 + 8) : 20);
    const side = (width - left - 4) / columns.length, height = top + rows.length * cellHeight + 6;
    svg.append("text").attr("class", "quiet").attr("x", left).attr("y", 12).text(`${columnName} →`);
    svg.append("text").attr("class", "quiet").attr("x", left - 8).attr("y", top - 6).attr("text-anchor", "end").text(`${rowName} ↓`);
    columns.forEach((column, c) => svg.append("text").attr("transform", `translate(${left + (c + 0.5) * side},${top - 7})` + (turn ? " rotate(-50)" : ""))
      .attr("text-anchor", turn ? "start" : "middle").text(clip(column, turn ? 17 : 40)));
    rows.forEach((row, r) => svg.append("text").attr("x", left - 8).attr("y", top + (r + 0.5) * cellHeight + 4).attr("text-anchor", "end").text(clip(row, Math.floor(left / 6.6))));
    rows.forEach((row, r) => columns.forEach((column, c) => {
      const number = value(r, c);
      const g = svg.append("g");
      g.append("rect").attr("class", "cell mark").attr("x", left + c * side).attr("y", top + r * cellHeight).attr("width", side - 1).attr("height", cellHeight - 1)
        .style("fill-opacity", number === null || number === undefined ? 0 : 0.03 + 0.52 * Math.max(0, number) / largest);
      const text = number === null || number === undefined ? "–" : show(number);
      if (text.length * 6.9 < side - 2) g.append("text").attr("x", left + (c + 0.5) * side).attr("y", top + (r + 0.5) * cellHeight + 4).attr("text-anchor", "middle").text(text);
      g.append("title").text(tell ? tell(r, c) : `${row}, ${column}: ${text}`);
    }));
    return height;
  }, {table: tableOptions ? lazyTable(() => tableOptions) : lazyTable(() => ({caption: title, sortable: false, rows: rows.map((row, r) => r),
    columns: [{name: `${rowName} \\ ${columnName}`, of: (r) => rows[r]}].concat(columns.map((column, c) =>
      ({name: column, number: true, of: (r) => value(r, c) === null || value(r, c) === undefined ? "–" : show(value(r, c))})))}))});
  return figure;
}

const clip = (text, length) => text.length > length ? `${text.slice(0, Math.max(1, length - 1))}…` : text;

// For each row: smallest to largest, the middle half, the median.
function stripPlot(title, unit, rows) {
  const low = d3.min(rows, (row) => d3.min(row.values)), high = d3.max(rows, (row) => d3.max(row.values));
  const three = (row) => [0, 0.25, 0.5, 0.75, 1].map((p) => d3.quantile(row.values.slice().sort(d3.ascending), p));
  const text = rows.map((row) => `${row.name}: median ${valueText(three(row)[2], unit)}`).join("; ");
  return plot(title, text, (svg, width) => {
    const left = Math.min(width * 0.34, d3.max(rows, (row) => row.name.length) * 7.2 + 14), margin = {top: 6, right: 14, bottom: 26, left};
    const step = 24, height = margin.top + margin.bottom + rows.length * step;
    const x = d3.scaleLinear().domain(low === high ? [low - 1, high + 1] : [Math.min(low, low > 0 && low / high < 0.5 ? 0 : low), high]).nice().range([left, width - margin.right]);
    svg.append("g").attr("class", "axis").attr("transform", `translate(0,${height - margin.bottom})`).call(d3.axisBottom(x).ticks(Math.floor(width / 110)).tickFormat(shortValue(unit)).tickSizeOuter(0));
    rows.forEach((row, r) => {
      const [least, lower, median, upper, most] = three(row), y = margin.top + (r + 0.5) * step;
      const g = svg.append("g");
      g.append("text").attr("x", left - 10).attr("y", y + 4).attr("text-anchor", "end").text(clip(row.name, Math.floor(left / 6.8)));
      g.append("line").attr("x1", x(least)).attr("x2", x(most)).attr("y1", y).attr("y2", y).style("stroke", "var(--strong-line)");
      g.append("line").attr("x1", x(lower)).attr("x2", x(upper)).attr("y1", y).attr("y2", y).style("stroke", color(0)).attr("stroke-width", 7).attr("stroke-opacity", 0.5);
      g.append("circle").attr("class", "mark fill").attr("cx", x(median)).attr("cy", y).attr("r", 4.5);
      g.append("title").text(`${row.name}: ${valueText(least, unit)} to ${valueText(most, unit)}, median ${valueText(median, unit)}, ${row.values.length} runs`);
    });
    return height;
  }, {readout: el("p", {class: "readout"}, "line: smallest to largest; bar: the middle half; dot: median"),
    table: lazyTable(() => ({caption: title, rows, sortable: false, columns: [{name: "", of: (row) => row.name}, {name: "runs", number: true, of: (row) => count(row.values.length)}]
      .concat(["smallest", "p25", "median", "p75", "largest"].map((name, i) => ({name, number: true, of: (row) => valueText(three(row)[i], unit)})))}))});
}

// points: [{at, took, kind, good, text}]; both in us, took on a logarithmic axis.
function scatterPlot(title, points, kinds, end) {
  return plot(title, `${count(points.length)} calls, from ${timeText(d3.min(points, (p) => p.took))} to ${timeText(d3.max(points, (p) => p.took))}`, (svg, width) => {
    const height = 260, margin = {top: 8, right: 12, bottom: 24, left: 64};
    const x = d3.scaleLinear().domain([0, end]).range([margin.left, width - margin.right]);
    const y = d3.scaleLog().domain([Math.max(100, d3.min(points, (p) => Math.max(p.took, 100))), Math.max(1000, d3.max(points, (p) => p.took))]).nice().range([height - margin.bottom, margin.top]);
    const tens = y.ticks().filter((v) => Math.abs(Math.log10(v) % 1) < 1e-9);
    svg.append("g").selectAll("line").data(tens).enter().append("line").attr("class", "rule").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", (d) => y(d)).attr("y2", (d) => y(d));
    svg.append("g").attr("class", "axis").attr("transform", `translate(0,${height - margin.bottom})`).call(d3.axisBottom(x).ticks(Math.floor(width / 80)).tickFormat(secondsText).tickSizeOuter(0));
    svg.append("g").attr("class", "axis").attr("transform", `translate(${margin.left},0)`).call(d3.axisLeft(y).tickValues(tens).tickFormat(shortValue("us")).tickSize(0).tickPadding(6)).select(".domain").remove();
    points.forEach((point) => {
      const px = x(point.at), py = y(Math.max(point.took, y.domain()[0])), i = kinds.indexOf(point.kind);
      const mark = point.good ? svg.append("circle").attr("cx", px).attr("cy", py).attr("r", 2.6).style("fill", color(i)).style("fill-opacity", 0.65)
        : svg.append("path").attr("d", `M${px - 3.5},${py - 3.5}l7,7m0,-7l-7,7`).style("stroke", color(i)).attr("stroke-width", 1.6);
      mark.attr("class", "mark").append("title").text(point.text);
    });
    return height;
  }, {legend: legend(kinds, "dot")});
}
