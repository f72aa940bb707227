// Several runs beside each other; the first is what the others are compared with.
"use strict";

// The shortest ends of the folders' names that tell the runs apart.
function namesOf(runs) {
  const parts = runs.map((run) => run.folder.split("/"));
  for (let length = 1; length < 9; ++length) {
    const names = parts.map((part) => part.slice(-length).join("/"));
    if (new Set(names).size === names.length) return names;
  }
  return runs.map((run, i) => `${i + 1}: ${run.folder}`);
}

function differenceText(value, first) {
  if (value === null || first === null || value === first) return "";
  if (first === 0) return "new";
  const change = 100 * (value - first) / Math.abs(first);
  return `${change > 0 ? "+" : "−"}${Math.abs(change) < 1000 ? Math.abs(change).toFixed(1) : count(Math.round(Math.abs(change)))} %`;
}

function metricTable(runs, names, caption, metrics) {
  const value = (run, metric) => metricOf(run, metric.name);
  return table({caption, tall: true, rows: metrics, columns: [{name: "metric", of: (metric) => metric.name}].concat(runs.flatMap((run, i) =>
    [{name: names[i], number: true, of: (metric) => value(run, metric), show: (metric) => valueText(value(run, metric), metric.unit)}].concat(i === 0 ? [] :
      [{name: "against the first", number: true, of: (metric) => { const a = value(runs[0], metric), b = value(run, metric); return a ? (b - a) / Math.abs(a) : 0; },
        show: (metric) => differenceText(value(run, metric), value(runs[0], metric))}])))});
}

function comparisonPage(runs) {
  const names = namesOf(runs), same = (of) => new Set(runs.map(of)).size === 1;
  const scenario = same((run) => run.summary.scenario) ? runs[0].summary.scenario : "Different scenarios";
  document.getElementById("masthead").append(el("h1", {}, `${scenario}: ${runs.length} runs`),
    el("p", {class: "about"}, same((run) => run.summary.fingerprint) ? "All have the same fingerprint: they are the same run." :
      same((run) => run.summary.scenario_hash) ? "One scenario with one seed; the builds differ." :
        same((run) => run.summary.scenario) ? "One scenario; seeds or settings differ." : "The scenarios differ."));
  section("runs", "Runs", table({caption: "The first is what the others are compared with", sortable: false, rows: runs.map((run, i) => i), columns: [
    {name: "run", of: (i) => names[i]}, {name: "verdict", of: (i) => endOf(runs[i].summary)[0], show: (i) => verdict(endOf(runs[i].summary)[0])},
    {name: "scenario", of: (i) => runs[i].summary.scenario}, {name: "seed", number: true, of: (i) => String(runs[i].summary.seed)}, {name: "peers", number: true, of: (i) => count(runs[i].summary.peers)},
    {name: "simulated", number: true, of: (i) => clockText(runs[i].summary.ended_us)}, {name: "hash", of: (i) => short(runs[i].summary.scenario_hash), show: (i) => el("code", {}, runs[i].summary.scenario_hash.slice(0, 8))},
    {name: "build", of: (i) => runs[i].summary.build, show: (i) => el("code", {}, runs[i].summary.build)}, {name: "fingerprint", of: (i) => "", show: (i) => el("code", {}, runs[i].summary.fingerprint.slice(0, 8))}]}));

  const ids = [...new Set(runs.flatMap((run) => run.summary.checks.map((check) => check.id)))];
  const checkOf = (run, id) => run.summary.checks.find((check) => check.id === id);
  const differ = ids.filter((id) => runs.some((run) => { const check = checkOf(run, id); return check && check.violations > 0; }) ||
    !same((run) => { const check = checkOf(run, id); return check ? check.verdict : ""; }));
  const checkTable = (caption, list, tall) => table({caption, tall, rows: list, columns: [{name: "check", of: (id) => id}, {name: "what it watches", of: (id) => runs.map((run) => checkOf(run, id)).find(Boolean).title}]
    .concat(runs.map((run, i) => ({name: names[i], of: (id) => { const check = checkOf(run, id); return check ? check.violations : -1; }, show: (id) => {
      const check = checkOf(run, id);
      return !check ? "–" : el("span", {}, verdict(check.verdict), check.violations > 0 ? ` ${count(check.violations)} of ${count(check.premises)}` : ` ${count(check.premises)} judged`);
    }})))});
  section("verdicts", "Verdicts", differ.length > 0 ? checkTable("Checks that were violated or ended differently", differ, false) : el("p", {}, "Every check ended the same in all runs, and none was violated."),
    runs.map((run, i) => violated(run).slice(0, 3).map((check) => el("div", {}, el("h3", {}, names[i]), failureCard(check, run)))),
    el("details", {}, el("summary", {}, `All ${ids.length} checks`), checkTable("All checks", ids, true)));

  const metrics = [...new Map(runs.flatMap((run) => Object.entries(run.summary.metrics)).map(([name, metric]) => [name, {name, unit: metric.unit}])).values()];
  const changed = metrics.filter((metric) => !same((run) => metricOf(run, metric.name)));
  const expected = new Set(runs.flatMap((run) => run.summary.expectations.map((one) => one.metric)));
  const first = changed.filter((metric) => expected.has(metric.name) || /\.(p50|p99|success|exact)$|^(match|lookup|calls|actions)\.[a-z]+$|^network\.(sent|dropped|bytes)$/.test(metric.name));
  section("numbers", "Numbers", changed.length === 0 ? el("p", {}, "All metrics are equal.") : metricTable(runs, names, "What people ask for first, where the runs differ", first),
    el("p", {class: "note"}, `${count(metrics.length - changed.length)} of ${count(metrics.length)} metrics are equal in all runs.`),
    el("details", {}, el("summary", {}, "All that differ"), metricTable(runs, names, "All metrics that differ", changed)));

  const timed = runs.filter((run) => run.timeline && run.timeline.end_us.length > 0);
  if (timed.length > 0) {
    const end = d3.max(timed, (run) => run.summary.ended_us), columns = [...new Set(timed.flatMap((run) => run.timeline.names))];
    const valuesOf = (run, name) => run.timeline.columns[run.timeline.names.indexOf(name)] || [];
    section("time", "Over time", el("p", {class: "note"}, "Against the simulated time. Arrow keys on a plot read all plots at one moment."), legend(names),
      el("div", {class: "grid"}, columns.filter((name) => timed.some((run) => valuesOf(run, name).some((value) => value !== 0))).map((name) =>
        timePlot({title: name === "peers_up" ? "Peers up" : `${timeTitle(name)} per second`, unit: name === "bytes" ? "bytes" : "count", end, named: false,
          series: runs.map((run, i) => run.timeline ? {name: names[i], x: run.timeline.end_us, y: valuesOf(run, name)} : {name: names[i], x: [], y: []})}))));
  }
  const distributions = [...new Set(runs.flatMap((run) => run.histograms.map((one) => one.metric)))];
  const several = distributions.filter((metric) => runs.some((run) => run.histograms.some((one) => one.metric === metric && one.up_to.length > 1)));
  if (several.length > 0) section("distributions", "Distributions", legend(names), el("div", {class: "grid"}, several.map((metric) => {
    const ones = runs.map((run, index) => ({index, name: names[index], histogram: run.histograms.find((one) => one.metric === metric)})).filter((one) => one.histogram);
    return cumulativePlot(metric, ones[0].histogram.unit, ones);
  })));

  const byType = runs.map((run) => new Map(typeRows(run).map((row) => [row.type, row])));
  const types = [...new Set(byType.flatMap((rows) => [...rows.keys()]))];
  const sent = (i, type) => byType[i].has(type) ? byType[i].get(type).sent : 0;
  section("messages", "Messages", table({caption: "Sent, by type", rows: types, columns: [{name: "type", of: (type) => type}].concat(runs.flatMap((run, i) =>
    [{name: names[i], number: true, of: (type) => sent(i, type), show: (type) => count(sent(i, type))}].concat(i === 0 ? [] :
      [{name: "against the first", number: true, of: (type) => sent(i, type) - sent(0, type), show: (type) => differenceText(sent(i, type), sent(0, type))}])))}));
  missingSection(runs);
}

const timeTitle = (name) => ({sent: "Messages sent", delivered: "Messages delivered", dropped: "Messages dropped", bytes: "Bytes sent", lookups: "Lookups done", matches_started: "Matches begun",
  matches_finished: "Matches finished", records_held: "Records taken", candidates: "Candidates seen", narrowed: "Narrowed", widened: "Widened", tasks_accepted: "Tasks accepted",
  refusals: "Refusals of holders", steps: "Steps"})[name] || name;
