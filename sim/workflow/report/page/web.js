// The storage rings as a spider's web, over the simulated time: who stood where, who moved, and which blocks too few held.
"use strict";

const webStatuses = [["j", "joining", "--c4", d3.symbolSquare], ["a", "active", "--c0", d3.symbolCircle], ["m", "moving", "--c1", d3.symbolTriangle],
  ["l", "leaving", "--c3", d3.symbolDiamond], ["d", "down", "--c7", d3.symbolCross]];

function webLegend() {
  return el("ul", {class: "legend"}, webStatuses.map(([, name, shade, shape]) => {
    const svg = d3.create("svg").attr("viewBox", "0 0 22 10").attr("aria-hidden", "true");
    svg.append("path").attr("d", d3.symbol().type(shape).size(52)()).attr("transform", "translate(11,5)").style("fill", `var(${shade})`);
    return el("li", {}, svg.node(), name);
  }));
}

function webView(run) {
  const {nodes, frames, of} = run.rings, size = 520, middle = size / 2, innermost = 46, outermost = 206;
  const rows = nodes.map((node, i) => ({...node, turn: turnOf(node.node_id), at: 3 * i}));
  const ringOf = (letter) => "0123456789abcdefg".indexOf(letter);
  const placeOf = (row, frame) => {
    const status = webStatuses.findIndex(([letter]) => letter === frame.places[row.at]);
    return status < 0 ? null : {status, ring: ringOf(frame.places[row.at + 1]), from: ringOf(frame.places[row.at + 2])};
  };
  const deepest = Math.max(3, d3.max(frames, (frame) => d3.max(rows, (row) => Math.max(ringOf(frame.places[row.at + 1]), ringOf(frame.places[row.at + 2])))) ?? 0);
  const radiusOf = (ring) => innermost + (outermost - innermost) * ring / deepest;
  const movers = (frame) => frame.nodes[2] + frame.nodes[3];

  const svg = d3.create("svg").attr("class", "plot").attr("viewBox", `0 0 ${size} ${size}`).attr("role", "img");
  const center = svg.append("g").attr("transform", `translate(${middle},${middle})`);
  for (let ring = 0; ring <= deepest; ++ring) {
    center.append("circle").attr("r", radiusOf(ring)).attr("fill", "none").attr("class", "rule");
    // Where the parts of the ring meet; beyond 64 of them the eye sees none.
    const parts = ring > 0 && ring <= 6 ? 2 ** ring : 0;
    for (let part = 0; part < parts; ++part) {
      const [x1, y1] = pointOf(part / parts, radiusOf(ring - 1)), [x2, y2] = pointOf(part / parts, radiusOf(ring));
      center.append("line").attr("class", "rule").attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2);
    }
  }
  const ways = center.append("g"), marks = center.append("g"), small = rows.length > 400 ? 16 : rows.length > 150 ? 28 : 52;
  const dots = center.append("g").selectAll("path").data(rows).enter().append("path").attr("class", "mark storage");
  dots.append("title");
  for (let ring = 0; ring <= deepest; ++ring)
    center.append("text").attr("class", "quiet halo").attr("y", 4 - radiusOf(ring)).attr("text-anchor", "middle").text(ring);

  const told = el("output", {}), figures = el("div", {});
  const state = {frame: 0};

  function drawDots(frame) {
    ways.selectAll("*").remove();
    dots.each(function (row) {
      const place = placeOf(row, frame), dot = d3.select(this).attr("display", place ? null : "none");
      if (!place) return;
      const [, name, shade, shape] = webStatuses[place.status], moves = place.ring !== place.from;
      const [x, y] = pointOf(row.turn, (radiusOf(place.ring) + radiusOf(place.from)) / 2);
      dot.attr("class", `mark storage ${name}`).attr("d", d3.symbol().type(shape).size(small)()).attr("transform", `translate(${x},${y})`).style("fill", `var(${shade})`)
        .select("title").text(`peer ${row.peer}  ${row.node_id.slice(0, 8)}..  ${name}, ring ${moves ? `${place.from} to ` : ""}${place.ring}`);
      if (!moves) return;
      const [x1, y1] = pointOf(row.turn, radiusOf(place.from)), [x2, y2] = pointOf(row.turn, radiusOf(place.ring));
      ways.append("line").attr("class", "way").attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2);
    });
    marks.selectAll("*").remove();
    [["short", frame.short_at, 24], ["under", frame.fell_at, 34]].forEach(([kind, leaves, end]) => leaves.forEach((leaf) => {
      const [x1, y1] = pointOf(leaf / 65536, outermost + 14), [x2, y2] = pointOf(leaf / 65536, outermost + end);
      marks.append("line").attr("class", kind).attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2);
    }));
  }

  function drawFrame() {
    const frame = frames[state.frame];
    drawDots(frame);
    const counts = webStatuses.map(([, name], i) => [name, frame.nodes[i]]).filter(([, n]) => n > 0).map(([name, n]) => `${count(n)} ${name}`).join(", ") || "nobody lends";
    told.textContent = counts;
    svg.attr("aria-label", `Web of storage rings at ${clockText(frame.end_us)}: ${counts}. ${count(frame.fell)} blocks fell under the floor.`);
    const judged = of.judged_one_of > 1 ? `, of every ${count(of.judged_one_of)}th block` : "";
    figures.replaceChildren(facts([["storage nodes", count(d3.sum(frame.nodes))], ["overlap, mean", (frame.overlap_milli / 1000).toFixed(1)], ["overlap, least", count(frame.overlap_least)],
      ["blocks that fell under the floor", `${count(frame.fell)} of ${count(frame.judged)}${judged}`],
      ["blocks that were never at it", count(frame.short)], ["fewest holders of a block", frame.judged > 0 ? count(frame.holders_least) : "–"],
      ["storage used", `${bytesText(frame.used)} of ${bytesText(frame.capacity)}, ${shareText(frame.used, frame.capacity)}`], ["pressed nodes", count(frame.pressed)]]));
    return told.textContent;
  }

  const busiest = Math.max(0, d3.scan(frames, (a, b) => movers(b) - movers(a)) ?? 0);
  const time = frameSlider({id: "web-time", frames, start: busiest, show: (frame) => {
    state.frame = frame;
    return drawFrame();
  }});
  const course = (title, unit, series) => timePlot({title, unit, bands: bandsOf(run), end: run.summary.ended_us,
    series: series.map(([name, value]) => ({name, x: frames.map((frame) => frame.end_us), y: frames.map(value)}))});
  return el("div", {}, el("div", {class: "controls"}, time, told),
    el("div", {class: "ring-layout"}, el("figure", {}, svg.node()),
      el("div", {}, webLegend(), figures,
        el("p", {class: "note"}, "Each mark is a storage node: at the angle of its id, on the circle of its ring, between two while it moves. Ring 0 has all keys, each further out a half of " +
          "the one before: the spokes are where its parts meet. Long red strokes outside: blocks, at the angle of their keys, " +
          `of which fewer than ${of.floor} nodes that are up hold the latest revision, and so many did before; short grey ones: so many never did, for want of room or of time. Overlap: nodes that are up and answer for a key, over all keys. At first the moment with most moves is shown.`),
        el("p", {class: "note"}, `A frame is the state at its end, ${timeText(of.frame_us)} after the one before.` +
          (of.shown < of.nodes ? ` Shown are the first ${count(of.shown)} of ${count(of.nodes)} nodes that lent; the figures are of all.` : "") +
          (of.judged_one_of > 1 ? ` Of the blocks every ${count(of.judged_one_of)}th is judged.` : "")))),
    el("div", {class: "grid"}, course("Holders per key", "count", [["mean", (frame) => frame.overlap_milli / 1000], ["least", (frame) => frame.overlap_least]]),
      course("Blocks under the floor", "count", [["fell", (frame) => frame.fell], ["never at it", (frame) => frame.short]]),
      course("Storage", "bytes", [["used", (frame) => frame.used], ["lent", (frame) => frame.capacity]]),
      course("Nodes", "count", [["active", (frame) => frame.nodes[1]], ["moving or leaving", movers], ["pressed", (frame) => frame.pressed]])));
}
