// The page of a sweep: how its runs ended, and what that depends on.
"use strict";

// Wilson's interval for a share, 95 %.
function wilson(hits, total) {
  if (total === 0) return [0, 1];
  const z = 1.96, p = hits / total, n = 1 + z * z / total, mid = (p + z * z / (2 * total)) / n;
  const half = z * Math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / n;
  return [Math.max(0, mid - half), Math.min(1, mid + half)];
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

// What was met, by how many of the runs; what never was stands there too.
function coverageSection(sweep, settingText) {
  const listed = (counts, name) => Object.entries(counts).map(([what, runs]) => ({[name]: what, runs})).sort((a, b) => b.runs - a.runs);
  const often = (row) => row.runs === 0 ? "never" : row.runs === sweep.runs ? `all ${count(row.runs)}` : count(row.runs);
  const runs = [{name: "runs", number: true, of: (row) => row.runs, show: often}, {name: "", kind: "bar", of: (row) => row.runs, show: (row) => row.runs === 0 ? "" : barCell(row.runs, sweep.runs)}];
  const vacuous = listed(sweep.vacuous, "check"), faults = listed(sweep.faults, "fault"), pairs = listed(sweep.fault_pairs, "pair");
  const reached = sweep.probes.filter((row) => row.runs > 0).length;
  section("coverage", "What was covered",
    table({caption: `Probes, situations that tests ought to meet sometimes: ${count(reached)} of ${count(sweep.probes.length)} were reached`, tall: true, rows: sweep.probes,
      columns: [{name: "probe", of: (row) => row.probe}].concat(runs, {name: "what happened", kind: "wide", of: (row) => row.about})}),
    el("div", {class: "grid"},
      vacuous.length === 0 ? el("p", {}, "Every check had something to judge in every run.") :
        table({caption: "Checks that had nothing to judge", tall: true, rows: vacuous, columns: [{name: "check", of: (row) => row.check}].concat(runs)}),
      el("div", {}, faults.length === 0 ? el("p", {}, "No run had a fault.") : table({caption: "Kinds of faults that runs had", rows: faults, columns: [{name: "fault", of: (row) => row.fault}].concat(runs)}),
        pairs.length === 0 ? null : table({caption: "Kinds of faults that one run had both", tall: true, rows: pairs, columns: [{name: "faults", of: (row) => row.pair}].concat(runs)}))),
    table({caption: "Runs that showed something that none before them had, in the order of seeds", tall: true, limit: 500, rows: sweep.news, columns: [
      {name: "seed", number: true, of: (row) => sweep.columns.seed[row.run], show: (row) => String(sweep.columns.seed[row.run])},
      sweep.axes.length === 0 ? null : {name: "settings", of: (row) => row.run, show: (row) => settingText(row.run)}, {name: "how many", number: true, of: (row) => row.shown.length},
      {name: "checks that judged, probes, faults and pairs of them", kind: "wide", of: (row) => row.shown.join(", ")}].filter((column) => column !== null)}));
}

function sweepPage(sweep) {
  const {columns, axes, places, changes, metrics, signatures, chains} = sweep, all = d3.range(sweep.runs);
  const passed = (i) => columns.exit[i] === 0;
  const settingText = (i) => axes.map((axis, a) => `${axis.path}=${axis.values[places[a][i]]}`).join("  ");
  const repro = (i) => `${sweep.run} --seed ${columns.seed[i]}` + axes.map((axis, a) => ` --set ${quoted(`${axis.path}=${axis.values[places[a][i]]}`)}`).join("") + changes[i].map((change) => ` --set ${quoted(change)}`).join("");
  const search = sweep.envelope !== null;  // For an edge: that runs fail is what it is after.
  const good = all.filter(passed).length, seeds = new Set(columns.seed).size, interval = wilson(good, all.length);

  document.getElementById("masthead").append(el("h1", {}, `${search ? "Envelope" : "Sweep"} of ${sweep.scenario}`),
    el("p", {class: "headline"}, search ? null : verdict(good === all.length ? "pass" : "fail"), ` ${count(good)} of ${count(all.length)} runs passed.`),
    facts([["runs", count(all.length)], ["seeds", count(seeds)], ["points of the grid", count(axes.reduce((n, axis) => n * axis.values.length, 1))], ["varies", axes.map((axis) => `${axis.path} (${axis.values.length})`).join(", ")],
      ["share that passed, 95 % interval", all.length === 0 || search ? null : `${percent(good / all.length)}  (${percent(interval[0])} to ${percent(interval[1])})`], ["build", el("code", {}, sweep.build)], ["scenario hash", el("code", {}, sweep.hash)]]));
  if (all.length === 0) {
    section("ends", "How the runs ended", el("p", {}, "The ledger names no run yet."));
    return;
  }

  if (search) envelopeSection(sweep.envelope);

  const kinds = d3.nest().key((i) => `${columns.exit[i]} ${columns.signature[i]}`).entries(all).map(({values}) => ({values, exit: columns.exit[values[0]], text: signatures[columns.signature[values[0]]], chain: chains[columns.signature[values[0]]]}))
    .sort((a, b) => b.values.length - a.values.length);
  const chained = kinds.some((kind) => kind.chain !== "");
  section("ends", "How the runs ended", table({caption: "Failures of one kind have one signature: the check that was violated first, what it found, and the chain of events that led there", rows: kinds, columns: [
    {name: "signature", kind: "wide", of: (kind) => kind.text, show: (kind) => kind.exit === 0 ? verdict("pass") : kind.text}].concat(chained ? [{name: "chain", kind: "wide", of: (kind) => kind.chain}] : [], [{name: "exit code", number: true, of: (kind) => kind.exit},
    {name: "runs", number: true, of: (kind) => kind.values.length, show: (kind) => count(kind.values.length)}, {name: "", kind: "bar", of: (kind) => kind.values.length, show: (kind) => barCell(kind.values.length, all.length)},
    {name: "share", number: true, of: (kind) => kind.values.length, show: (kind) => shareText(kind.values.length, all.length)}, {name: "first seed", number: true, of: (kind) => columns.seed[kind.values[0]], show: (kind) => String(columns.seed[kind.values[0]])}])}),
    chained ? el("p", {class: "note"}, "A chain is what the peer had lived through, .. the last that it did before the operation that failed, .. the event on which the check failed.") : null,
    kinds.filter((kind) => kind.exit !== 0).length > 0 ? [el("h3", {}, "The first run of each kind of failure"), el("p", {class: "note"}, "FILE is the scenario file; the ledger knows its hash, not where it lies."),
      kinds.filter((kind) => kind.exit !== 0).slice(0, 12).map((kind) => el("div", {}, el("p", {class: "note"}, kind.text), command(repro(kind.values[0]))))] : null);

  // What can be shown at a point: the share that passed, or the median of a metric.
  const measures = [{name: "share of runs that passed", unit: "ppm", of: (runs) => runs.length === 0 ? null : 1e6 * runs.filter(passed).length / runs.length, each: null}].concat(metrics.map((metric) => {
    const each = (runs) => runs.map((i) => metric.values[i]).filter((value) => value !== null);
    return {name: `median of ${metric.metric}`, metric: metric.metric, unit: metric.unit, of: (runs) => { const values = each(runs); return values.length === 0 ? null : d3.median(values); }, each};
  }));
  const long = axes.map((axis, a) => a).filter((a) => axes[a].values.length > 0);

  if (long.length >= 2) {
    const state = {measure: measures[0], x: long[long.length - 1], y: long[0]}, host = el("div", {});
    const draw = () => {
      const rows = axes[state.y].values, across = axes[state.x].values;
      const cells = rows.map(() => across.map(() => []));
      all.forEach((i) => cells[places[state.y][i]][places[state.x][i]].push(i));
      host.replaceChildren(state.x === state.y ? el("p", {class: "note"}, "Choose two different settings.") :
        heatPlot({title: state.measure.name, description: `${rows.length} by ${across.length} points`, rows, columns: across, rowName: axes[state.y].path, columnName: axes[state.x].path,
          value: (r, c) => state.measure.of(cells[r][c]), show: (value) => valueText(value, state.measure.unit),
          tell: (r, c) => `${axes[state.y].path}=${rows[r]}, ${axes[state.x].path}=${across[c]}: ${valueText(state.measure.of(cells[r][c]), state.measure.unit)}, ${count(cells[r][c].length)} runs, ${count(cells[r][c].filter(passed).length)} passed`}));
    };
    const chooseAxis = (label, key) => choice(label, long.map((a) => [String(a), axes[a].path]), (value) => { state[key] = Number(value); draw(); });
    const down = chooseAxis("Down", "y"), right = chooseAxis("Across", "x");
    right.querySelector("select").value = String(state.x);
    draw();
    section("grid", "Over the grid", el("div", {class: "controls"}, choice("Shown", measures.map((measure, i) => [String(i), measure.name]), (value) => { state.measure = measures[Number(value)]; draw(); }), down, right),
      host, long.length > 2 ? el("p", {class: "note"}, "Runs that differ in the other settings count together.") : null);
  }
  if (long.length >= 1) {
    section("settings", "By setting", long.map((a) => {
      const rows = axes[a].values.map((value, v) => ({value, order: v, runs: all.filter((i) => places[a][i] === v)}));
      return table({caption: `${axes[a].path}: the share that passed with its 95 % interval (Wilson), and medians`, rows, columns: [{name: axes[a].path, of: (row) => row.order, show: (row) => row.value},
        {name: "runs", number: true, of: (row) => row.runs.length, show: (row) => count(row.runs.length)},
        {name: "passed", number: true, of: (row) => row.runs.filter(passed).length / row.runs.length, show: (row) => shareText(row.runs.filter(passed).length, row.runs.length)},
        {name: "interval", number: true, of: (row) => wilson(row.runs.filter(passed).length, row.runs.length)[0], show: (row) => wilson(row.runs.filter(passed).length, row.runs.length).map(percent).join(" to ")}]
        .concat(measures.slice(1).map((measure) => ({name: measure.metric, number: true, of: (row) => measure.of(row.runs), show: (row) => valueText(measure.of(row.runs), measure.unit)})))});
    }));
  }

  const numeric = measures.slice(1).filter((measure) => measure.each(all).length > 0);
  if (numeric.length > 0) {
    const groups = long.length === 0 ? [{name: "all runs", runs: all}] : axes[long[0]].values.map((value, v) => ({name: value, runs: all.filter((i) => places[long[0]][i] === v)}));
    section("metrics", "Metrics over the runs", long.length > 0 ? el("p", {class: "note"}, `By ${axes[long[0]].path}.`) : null, el("div", {class: "grid"}, numeric.map((measure) =>
      stripPlot(measure.metric, measure.unit, groups.map((group) => ({name: group.name, values: measure.each(group.runs)})).filter((row) => row.values.length > 0)))));
  }

  coverageSection(sweep, settingText);

  const failing = all.filter((i) => !passed(i)), listed = failing.length > 0 ? failing : all;
  section("list", failing.length > 0 ? "Runs that did not pass" : "Runs", table({caption: failing.length > 0 ? "In the order of seeds" : "All passed", tall: true, rows: listed, limit: 500, columns: [
    {name: "seed", number: true, of: (i) => columns.seed[i], show: (i) => String(columns.seed[i])}].concat(axes.map((axis, a) => ({name: axis.path, of: (i) => places[a][i], show: (i) => axis.values[places[a][i]]})), [
    {name: "exit code", number: true, of: (i) => columns.exit[i]}, {name: "signature", kind: "wide", of: (i) => signatures[columns.signature[i]]}],
    metrics.slice(0, 4).map((metric) => ({name: metric.metric, number: true, of: (i) => metric.values[i], show: (i) => valueText(metric.values[i], metric.unit)})))}),
    el("p", {class: "note"}, `All runs: ${sweep.folder}/${search ? "runs.jsonl" : "table.csv"}.`));
}

const quoted = (text) => /^[\w.=:,/%@+-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
