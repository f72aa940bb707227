// The page of one run.
"use strict";

const ends = {0: ["pass", "everything expected held"], 2: ["fail", "a liveness check or an expectation failed"], 3: ["fail", "a safety check failed"],
  6: ["unknown", "interrupted: what follows holds for the part that ran"]};
const endOf = (summary) => ends[summary.exit_code] || ["fail", `exit code ${summary.exit_code}`];

const timeNames = {peers_up: "peers up", steps: "steps", sent: "sent", delivered: "delivered", dropped: "dropped", bytes: "bytes sent", lookups: "lookups",
  matches_started: "begun", matches_finished: "finished", candidates: "candidates", records_held: "records taken", narrowed: "narrowed", widened: "widened",
  tasks_accepted: "tasks accepted", refusals: "holders' refusals", rings_thin: "under their floor", rings_lost: "held by nobody who is up"};
const timeGroups = [["Peers up", ["peers_up"]], ["Messages per second", ["sent", "delivered", "dropped"]], ["Bytes sent per second", ["bytes"]],
  ["Matches per second", ["matches_started", "matches_finished"]], ["Lookups done per second", ["lookups"]],
  ["Records taken and candidates seen per second", ["records_held", "candidates"]], ["Changes of specificity per second", ["narrowed", "widened"]],
  ["Tasks accepted and refusals of holders per second", ["tasks_accepted", "refusals"]], ["Steps per second", ["steps"]],
  ["Blocks in the rings", ["rings_thin", "rings_lost"]]];

const metricOf = (run, name) => run.summary.metrics[name] ? run.summary.metrics[name].value : null;

function faultText(fault) {
  const {do: what, at, ...rest} = fault.text;
  return `${what} at ${at}` + Object.entries(rest).map(([key, value]) => `, ${key} ${typeof value === "string" ? value : JSON.stringify(value)}`).join("");
}

// The stretches of time in which any fault was in force. One without a length lasts until it is undone, which the run does not say.
function bandsOf(run) {
  const bands = [];
  for (const fault of (run.faults || []).slice().sort((a, b) => a.at_us - b.at_us)) {
    const last = bands[bands.length - 1], to = fault.at_us + (fault.for_us || 0);
    if (!last || fault.at_us > last.to) bands.push({from: fault.at_us, to, faults: [fault]});
    else {
      last.to = Math.max(last.to, to);
      last.faults.push(fault);
    }
  }
  return bands.map((band) => ({...band, text: band.faults.slice(0, 12).map(faultText).join("\n") + (band.faults.length > 12 ? `\nand ${band.faults.length - 12} more` : "")}));
}

function runFacts(run) {
  const s = run.summary;
  return facts([["seed", String(s.seed)], ["peers", count(s.peers)], ["simulated time", clockText(s.ended_us)], ["network model", run.model], ["crypto", s.crypto],
    ["profile", run.profile], ["planted bugs", (run.plant || []).join(", ")], ["build", el("code", {}, s.build)], ["scenario hash", el("code", {}, s.scenario_hash)],
    ["fingerprint", el("code", {}, s.fingerprint)]]);
}

const violated = (run) => run.summary.checks.filter((check) => check.first).map((check) => {
  const listed = run.summary.expectations.find((one) => one.check === check.id);
  const fails = check.id === run.failed || (listed ? listed.verdict === "failed" : check.class === "safety" && run.summary.exit_code === 3);
  return {...check, fails};
}).sort((a, b) => (b.id === run.failed) - (a.id === run.failed) || b.fails - a.fails || a.first.at_us - b.first.at_us);

function failureCard(check, run) {
  const at = check.first;
  return el("div", {class: check.fails ? "failure" : "failure warn"},
    el("h3", {}, verdict(check.fails ? "fail" : "warn"), ` ${check.id} ${check.title}`),
    el("dl", {}, [["when", `${clockText(at.at_us)}, the first of ${count(check.violations)} in ${count(check.premises)} judged`], ["where", at.subject + (at.peer === null ? "" : `, peer ${at.peer}`)],
      ["expected", at.expected], ["found", at.found]].map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    !run.replay ? null : [run.replay, ...(check.fails ? [`${run.shrink} --check ${check.id}`] : []), `${run.explain} --check ${check.id} --svg cause.svg`].map(command));
}

function verdictSection(run) {
  const s = run.summary, [word, text] = endOf(s), broken = violated(run);
  const vacuous = s.checks.filter((check) => check.premises === 0).length;
  section("verdicts", "Verdicts",
    el("p", {class: "headline"}, verdict(word), ` ${text}. ${count(s.checks.length)} checks watched: ${count(s.checks.length - vacuous - broken.length)} held, ` +
      `${count(broken.length)} ${broken.length === 1 ? "was" : "were"} violated, ${count(vacuous)} had nothing to judge.`),
    broken.map((check) => failureCard(check, run)),
    s.expectations.length === 0 ? el("p", {class: "note"}, "The scenario expects nothing.") : table({caption: "What the scenario expects", rows: s.expectations, columns: [
      {name: "check or metric", of: (one) => one.check || one.metric}, {name: "verdict", of: (one) => one.verdict, show: (one) => verdict(one.verdict)},
      {name: "wanted", of: (one) => one.wanted}, {name: "found", of: (one) => one.found}]}),
    el("h3", {}, "All checks"),
    table({caption: "Judged: how often the premise of a check was true. A check that never had anything to judge is vacuous, not passed", tall: true,
      rows: s.checks.slice().sort((a, b) => b.violations - a.violations || (b.premises > 0) - (a.premises > 0)), columns: [
      {name: "check", of: (check) => check.id}, {name: "what it watches", of: (check) => check.title}, {name: "class", of: (check) => check.class},
      {name: "verdict", of: (check) => check.verdict, show: (check) => verdict(check.verdict)},
      {name: "judged", number: true, of: (check) => check.premises, show: (check) => count(check.premises)},
      {name: "violated", number: true, of: (check) => check.violations, show: (check) => count(check.violations)}]}));
}

// Histograms by name, each with its statistics; the rest by name.
function splitMetrics(metrics) {
  const distributions = new Map(), plain = [];
  for (const [name, metric] of Object.entries(metrics)) {
    const at = name.lastIndexOf("."), base = name.slice(0, at), statistic = name.slice(at + 1);
    if (!["count", "sum", "mean", "min", "p50", "p90", "p99", "max"].includes(statistic) || !(`${base}.p50` in metrics)) plain.push({name, ...metric});
    else {
      if (!distributions.has(base)) distributions.set(base, {name: base, unit: "count"});
      const row = distributions.get(base);
      row[statistic] = metric.value;
      if (statistic === "p50") row.unit = metric.unit;
    }
  }
  return {distributions: [...distributions.values()], plain};
}

function numberSection(run) {
  const {distributions, plain} = splitMetrics(run.summary.metrics);
  const of = plain.filter((row) => !/^network\.(sent|delivered|bytes|dropped)\./.test(row.name));
  section("numbers", "Numbers",
    distributions.length === 0 ? null : table({caption: "Distributions", rows: distributions, columns: [{name: "metric", of: (row) => row.name},
      {name: "samples", number: true, of: (row) => row.count, show: (row) => count(row.count)}].concat(["min", "p50", "mean", "p90", "p99", "max"].map((key) =>
      ({name: key, number: true, of: (row) => row[key], show: (row) => valueText(row[key], row.unit)})))}),
    el("h3", {}, "Counts and shares"),
    el("div", {class: "grid narrow"}, thirds(of.filter((row) => row.value !== 0)).map((third, i, all) => table({caption: all.length > 1 ? `Those that are not zero, ${i + 1} of ${all.length}` : "Those that are not zero", rows: third, sortable: false, columns: [
      {name: "metric", of: (row) => row.name}, {name: "value", number: true, of: (row) => row.value, show: (row) => valueText(row.value, row.unit)}]}))),
    el("p", {class: "note"}, `Zero: ${of.filter((row) => row.value === 0).map((row) => row.name).join(", ") || "none"}.`));
}

const thirds = (rows) => rows.length < 9 ? [rows] : [0, 1, 2].map((i) => rows.slice(Math.ceil(i * rows.length / 3), Math.ceil((i + 1) * rows.length / 3)));

// One list per plot of the columns that are there; a column that nobody has heard of gets a plot of its own.
function timelinePlan(names) {
  const known = timeGroups.flatMap(([, columns]) => columns);
  return timeGroups.map(([title, columns]) => [title, columns.filter((name) => names.includes(name))]).filter(([, columns]) => columns.length > 0)
    .concat(names.filter((name) => !known.includes(name)).map((name) => [`${name} per second`, [name]]));
}

function timeSection(run) {
  const t = run.timeline;
  if (!t || t.end_us.length === 0) return;
  const isZero = (name) => t.columns[t.names.indexOf(name)].every((value) => value === 0);
  const plots = [], zero = [];
  for (const [title, names] of timelinePlan(t.names)) {
    const live = names.filter((name) => !isZero(name));
    zero.push(...names.filter(isZero).map((name) => timeNames[name] || name));
    if (live.length > 0) plots.push(timePlot({title, unit: names[0] === "bytes" ? "bytes" : "count", bands: bandsOf(run), end: run.summary.ended_us,
      series: live.map((name) => ({name: timeNames[name] || name, x: t.end_us, y: t.columns[t.names.indexOf(name)]}))}));
  }
  section("time", "Over time",
    el("p", {class: "note"}, `Against the simulated time, a value for each ${t.every_s === 1 ? "second" : `${t.every_s} seconds, the mean of them`}.` +
      ((run.faults || []).length > 0 ? " Shaded: while a fault was in force." : "") + " Pointing at a plot, or the arrow keys on it, read all of them at one moment."),
    el("div", {class: "grid"}, plots),
    zero.length > 0 ? el("p", {class: "note"}, `Zero all the time: ${zero.join(", ")}.`) : null,
    (run.faults || []).length > 0 ? [el("h3", {}, "Faults"), table({caption: "As they were in force, drawn ones included", tall: true, rows: run.faults, limit: 500, columns: [
      {name: "from", number: true, of: (fault) => fault.at_us, show: (fault) => clockText(fault.at_us)},
      {name: "for", number: true, of: (fault) => fault.for_us, show: (fault) => fault.for_us > 0 ? timeText(fault.for_us) : "–"},
      {name: "what", kind: "wide", of: (fault) => fault.text.do, show: (fault) => faultText(fault)}]})] : null);
}

function distributionSection(run) {
  const several = run.histograms.filter((one) => one.up_to.length > 1);
  const single = run.histograms.filter((one) => one.up_to.length === 1);
  if (run.histograms.length === 0) return;
  section("distributions", "Distributions",
    el("p", {class: "note"}, "Share of the samples; dashed: percentiles. The last bar also holds what lies beyond the axis."),
    el("div", {class: "grid"}, several.map((one) => histogramPlot(one, metricOf(run, `${one.metric}.count`) ?? 0))),
    single.length > 0 ? el("p", {class: "note"}, "Always the same: " + single.map((one) => `${one.metric} ${valueText(one.up_to[0], one.unit)}`).join(", ") + ".") : null);
}

function typeRows(run) {
  const rows = Object.keys(run.summary.metrics).filter((name) => name.startsWith("network.sent.")).map((name) => {
    const type = name.slice(13), value = (what) => metricOf(run, `network.${what}.${type}`) ?? 0;
    return {type, sent: value("sent"), delivered: value("delivered"), bytes: value("bytes")};
  });
  return rows.filter((row) => row.sent > 0).sort((a, b) => b.sent - a.sent);
}

const barCell = (part, whole) => {
  const bar = el("span", {});
  bar.style.width = `${100 * part / Math.max(whole, 1)}%`;
  return bar;
};

function matrix(title, data, side) {
  const names = data.names, cell = (r, c) => data.cells[r * names.length + c];
  if (names.length < 2 || data.cells.length === 0) return null;
  return heatPlot({title, description: `${names.length} by ${names.length}`, rows: names, columns: names, rowName: "from", columnName: `to ${side}`, value: (r, c) => cell(r, c)[0], show: shortCount,
    tell: (r, c) => `${names[r]} to ${names[c]}: ${count(cell(r, c)[0])} sent, ${count(cell(r, c)[1])} delivered, ${bytesText(cell(r, c)[3])}`});
}

function messageSection(run) {
  const rows = typeRows(run), most = d3.max(rows, (row) => row.sent) || 1, trace = run.trace;
  const drops = Object.entries(run.summary.metrics).filter(([name, metric]) => name.startsWith("network.dropped.") && metric.value > 0)
    .map(([name, metric]) => `${name.slice(16)} ${count(metric.value)}`);
  const parts = [table({caption: "By type. Arrived can be more than all where the network duplicates", rows, columns: [{name: "type", of: (row) => row.type},
    {name: "sent", number: true, of: (row) => row.sent, show: (row) => count(row.sent)}, {name: "", kind: "bar", of: (row) => row.sent, show: (row) => barCell(row.sent, most)},
    {name: "delivered", number: true, of: (row) => row.delivered, show: (row) => count(row.delivered)},
    {name: "arrived", number: true, of: (row) => row.delivered / row.sent, show: (row) => shareText(row.delivered, row.sent)},
    {name: "bytes", number: true, of: (row) => row.bytes, show: (row) => bytesText(row.bytes)},
    {name: "per message", number: true, of: (row) => row.bytes / row.sent, show: (row) => bytesText(row.bytes / row.sent)}]}),
    drops.length > 0 ? el("p", {class: "note"}, `Dropped: ${drops.join(", ")}.`) : null];
  if (trace && trace.types.length > 0) {
    const types = trace.types.slice().sort((a, b) => b.delivered - a.delivered).slice(0, 8).filter((type) => type.delivered > 0);
    const bins = 120, end = run.summary.ended_us, x = d3.range(bins).map((i) => (i + 1) * end / bins);
    parts.push(el("div", {class: "grid"},
      types.length > 0 ? timePlot({title: "Delivered per second, by type", end, bands: bandsOf(run), series: types.map((type) => ({name: type.type, x, y: type.delivered_by_time.map((n) => n * bins * 1e6 / end)}))}) : null,
      matrix("Messages sent between groups", trace.groups, "group"), matrix("Messages sent between regions", trace.regions, "region")),
      el("div", {class: "grid"}, table({caption: "Pairs that talk most", tall: true, rows: trace.pairs, columns: [
        {name: "from", number: true, of: (row) => row.from, show: (row) => peerText(run, row.from)}, {name: "to", number: true, of: (row) => row.to, show: (row) => peerText(run, row.to)},
        {name: "sent", number: true, of: (row) => row.sent, show: (row) => count(row.sent)}, {name: "delivered", number: true, of: (row) => row.delivered, show: (row) => count(row.delivered)},
        {name: "arrived", number: true, of: (row) => row.delivered / row.sent, show: (row) => shareText(row.delivered, row.sent)}]}),
      trace.delays.length === 0 ? null : table({caption: "Time to answer, by the type of the question", tall: true, rows: trace.delays, columns: [{name: "question", of: (row) => row.type},
        {name: "answers", number: true, of: (row) => row.count, show: (row) => count(row.count)}].concat(["p50_us", "p99_us", "max_us"].map((key) =>
        ({name: key.slice(0, -3), number: true, of: (row) => row[key], show: (row) => timeText(row[key])})))})));
    if (trace.pairs_missed > 0) parts.push(el("p", {class: "note"}, `Of ${count(trace.pairs_missed)} messages the pair was not counted: there were too many pairs.`));
  }
  section("messages", "Messages", parts);
}

// A handle with its group, where that is known.
function peerText(run, peer) {
  const group = (run.groups || []).find((one) => peer >= one.first && peer < one.first + one.count);
  return group && run.groups.length > 1 ? `${count(peer)} ${group.name}` : count(peer);
}

function peerSection(run) {
  const {peers, trace} = run, tables = [];
  const peer = {name: "peer", of: (row) => row.peer, show: (row) => peerText(run, row.peer)};
  if (peers && peers.slow.length > 0) tables.push(table({caption: "The slowest operations", tall: true, rows: peers.slow, columns: [peer, {name: "what", of: (row) => row.slow},
    {name: "took", number: true, of: (row) => row.took_us, show: (row) => timeText(row.took_us)}, {name: "ended", number: true, of: (row) => row.ended_us, show: (row) => clockText(row.ended_us)}]}));
  const busy = peers ? peers.peers.filter((row) => row.work > 0).sort((a, b) => b.work - a.work || a.peer - b.peer).slice(0, 25) : [];
  if (busy.length > 0) tables.push(table({caption: "Who did most for others: records taken, questions answered, revisions applied", tall: true, rows: busy, columns: [peer,
    {name: "work", number: true, of: (row) => row.work, show: (row) => count(row.work)}, {name: "", kind: "bar", of: (row) => row.work, show: (row) => barCell(row.work, busy[0].work)}]}));
  if (trace && trace.load.length > 0) tables.push(table({caption: "Who carried most messages", tall: true, rows: trace.load, columns: [peer,
    {name: "sent", number: true, of: (row) => row.sent, show: (row) => count(row.sent)}, {name: "received", number: true, of: (row) => row.received, show: (row) => count(row.received)},
    {name: "bytes sent", number: true, of: (row) => row.bytes, show: (row) => bytesText(row.bytes)}]}));
  if (trace && trace.slowest.length > 0) tables.push(table({caption: "Who answered slowest, by the mean", tall: true, rows: trace.slowest, columns: [peer,
    {name: "mean", number: true, of: (row) => row.mean_us, show: (row) => timeText(row.mean_us)}, {name: "longest", number: true, of: (row) => row.max_us, show: (row) => timeText(row.max_us)},
    {name: "answers", number: true, of: (row) => row.answers, show: (row) => count(row.answers)}]}));
  if (tables.length > 0) section("peers", "Slow and busy peers", el("div", {class: "grid"}, tables));
}

function callSection(run) {
  const calls = run.calls;
  if (!calls || calls.calls === 0) return;
  const points = calls.points.map(([at, took, kind, end]) => ({at, took, kind, good: end === "ok", text: `${kind} at ${clockText(at)}: ${end} after ${timeText(took)}`}));
  section("calls", "Calls of clients",
    table({caption: "How calls ended. fail: certainly not done; unknown: it may have been done", rows: calls.kinds, columns: [{name: "call", of: (row) => row.function}].concat(
      [["ok", "ok"], ["fail", "fail"], ["unknown", "info"]].map(([name, key]) => ({name, number: true, of: (row) => row[key], show: (row) => count(row[key])})),
      ["p50_us", "p99_us", "max_us"].map((key) => ({name: `ok ${key.slice(0, -3)}`, number: true, of: (row) => row[key], show: (row) => row.ok > 0 ? timeText(row[key]) : "–"})))}),
    scatterPlot("How long calls took, by when they began", points, calls.kinds.map((kind) => kind.function), run.summary.ended_us),
    el("p", {class: "note"}, "Dots ended with ok, crosses did not." + (calls.every > 1 ? ` Every ${calls.every}th call is drawn.` : "") +
      (calls.open > 0 ? ` ${count(calls.open)} calls had no end.` : "")),
    table({caption: "The slowest calls", tall: true, rows: calls.slow, columns: [{name: "peer", of: (row) => row.peer, show: (row) => peerText(run, row.peer)}, {name: "call", of: (row) => row.function},
      {name: "block", of: (row) => row.key, show: (row) => el("code", {}, short(row.key))}, {name: "began", number: true, of: (row) => row.at_us, show: (row) => clockText(row.at_us)},
      {name: "took", number: true, of: (row) => row.took_us, show: (row) => timeText(row.took_us)}, {name: "end", of: (row) => row.end}]}));
}

function missingSection(runs) {
  const rows = runs.flatMap((run) => run.missing.map((one) => ({...one, folder: run.folder})));
  section("files", "What this page was made of",
    el("p", {}, `${runs.map((run) => run.folder).join(", ")}.` + (runs[0].scenario_path ? ` Scenario: ${[...new Set(runs.map((run) => run.scenario_path))].join(", ")}.` : "") +
      (runs.length === 1 && runs[0].trace ? ` Trace: ${count(runs[0].trace.lines)} lines, level ${runs[0].trace.level}.` : "")),
    rows.length === 0 ? el("p", {class: "note"}, "Nothing that a report can show is missing.") : table({caption: "What is not on it", rows, columns: (runs.length > 1 ? [{name: "run", of: (row) => row.folder}] : []).concat([
      {name: "what", kind: "wide", of: (row) => row.what}, {name: "why", of: (row) => row.why}, {name: "what gives it", of: (row) => row.remedy, show: (row) => el("code", {}, row.remedy)}])}));
}

function runPage(run) {
  const s = run.summary, [word, text] = endOf(s);
  document.getElementById("masthead").append(el("h1", {}, s.scenario), run.about ? el("p", {class: "about"}, run.about) : null,
    el("p", {class: "headline"}, verdict(word), ` ${text}`), runFacts(run));
  verdictSection(run);
  numberSection(run);
  timeSection(run);
  distributionSection(run);
  if (run.peers && run.peers.peers.length > 0) section("ring", "Ring of keys", ringView(run));
  if (run.rings && run.rings.frames.length > 0 && run.rings.nodes.length > 0) section("web", "Storage rings", webView(run));
  messageSection(run);
  peerSection(run);
  callSection(run);
  missingSection([run]);
}
