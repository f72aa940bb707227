// How far one setting can be pushed: the share of runs that fail over its values, the edge, the operating point.
"use strict";

// `envelope` as envelope.json has it; `domain`: the values to show, the mild end first.
function envelopePlot(envelope, domain) {
  const text = (value) => `${value}${envelope.unit}`, {edge, operating_point: point, margin} = envelope;
  const [least, most] = d3.extent(domain), inside = (at) => at >= least && at <= most;
  const points = envelope.points.filter((one) => inside(one.at));
  const title = envelope.expect === "" ? "Share of runs that fail" : `Share of runs that violate ${envelope.expect}`;
  const summary = points.map((one) => `${one.value}: ${percent(1 - one.passed / one.runs)}`).join("; ");
  return plot(`${title}, over ${envelope.axis}`, summary, (svg, width) => {
    const height = 300, room = {top: 44, right: 16, bottom: 26, left: 50}, base = height - room.bottom;
    const x = d3.scaleLinear().domain(domain).range([room.left, width - room.right]);
    const y = d3.scaleLinear().domain([0, 1]).range([base, room.top]);
    const upright = (at, kind) => svg.append("line").attr("class", kind).attr("x1", x(at)).attr("x2", x(at)).attr("y1", room.top - 4).attr("y2", base);
    const name = (at, top, words) => svg.append("text").attr("x", x(at)).attr("y", top).text(words)
      .attr("text-anchor", x(at) < width * 0.25 ? "start" : x(at) > width * 0.75 ? "end" : "middle");
    if (edge !== null) {
      const ends = [edge.low, edge.high].map((at) => x(Math.max(least, Math.min(most, at)))).sort(d3.ascending);
      svg.append("rect").attr("class", "doubt").attr("x", ends[0]).attr("width", ends[1] - ends[0]).attr("y", room.top).attr("height", base - room.top)
        .append("title").text(`The edge lies between ${text(edge.low)} and ${text(edge.high)} with 95 % confidence`);
    }
    axes(svg, x, y, {width, height, margin: room, xText: (at) => text(d3.format("~g")(at)), yText: d3.format(".0%")});
    svg.append("path").attr("class", "line mark").style("stroke", color(0)).attr("d", d3.line().x((one) => x(one.at)).y((one) => y(1 - one.passed / one.runs))(points));
    points.forEach((one) => {
      const g = svg.append("g").attr("class", "point");
      g.append("line").attr("x1", x(one.at)).attr("x2", x(one.at)).attr("y1", y(1 - one.low)).attr("y2", y(1 - one.high)).style("stroke", color(0)).attr("stroke-width", 5).attr("stroke-opacity", 0.5);
      g.append("circle").attr("class", "mark fill").attr("cx", x(one.at)).attr("cy", y(1 - one.passed / one.runs)).attr("r", 4);
      g.append("title").text(`${one.value}: ${count(one.runs - one.passed)} of ${count(one.runs)} fail, ${percent(1 - one.high)} to ${percent(1 - one.low)}${one.failure === "" ? "" : `, mostly by ${one.failure}`}`);
    });
    if (edge !== null && inside(edge.passes)) {
      upright((edge.passes + edge.fails) / 2, "limit");
      name((edge.passes + edge.fails) / 2, 12, `edge ${text(edge.passes)}${margin === null ? "" : `, margin ${text(margin)}`}`);
    }
    if (margin !== null && inside(edge.passes) && inside(point.at)) {
      svg.append("line").attr("class", "span").attr("x1", x(point.at)).attr("x2", x((edge.passes + edge.fails) / 2)).attr("y1", room.top - 4).attr("y2", room.top - 4);
    }
    if (point !== null && inside(point.at)) {
      upright(point.at, "percentile");
      name(point.at, 29, `operating point ${point.value}`);
    }
    return height;
  }, {readout: el("p", {class: "readout"}, "dots: the share in the runs that were made; bars: in which the true share is (95 %, Wilson); shaded: in which the edge is"),
    table: lazyTable(() => ({caption: `${title}, by ${envelope.axis}; every value that was looked at`, sortable: false, rows: envelope.points, columns: [{name: envelope.axis, of: (one) => one.value},
      {name: "runs", number: true, of: (one) => count(one.runs)}, {name: "failed", number: true, of: (one) => count(one.runs - one.passed)},
      {name: "share", number: true, of: (one) => percent(1 - one.passed / one.runs)}, {name: "95 % interval", number: true, of: (one) => `${percent(1 - one.high)} to ${percent(1 - one.low)}`},
      {name: "failed mostly by", kind: "wide", of: (one) => one.failure}]}))});
}

function envelopeSection(envelope) {
  const text = (value) => `${value}${envelope.unit}`, {edge, operating_point: point, margin} = envelope;
  const first = envelope.points[0], fails = 2 * first.passed < first.runs;
  const beyond = margin !== null && margin < 0;
  const whole = [envelope.from, envelope.to], host = el("div", {}, envelopePlot(envelope, whole));
  const marginText = margin !== null ? [beyond ? [verdict("fail"), " the operating point lies beyond the edge, by "] : null, text(Math.abs(margin))] :
    edge === null ? null : point === null ? "no operating point is named; --at does" : null;

  // The values near the edge lie close together when the ramp is long.
  let zoom = null;
  if (edge !== null && Math.abs(edge.high - edge.low) < 0.3 * Math.abs(envelope.to - envelope.from)) {
    const direction = Math.sign(envelope.to - envelope.from), [least, most] = d3.extent(whole);
    const around = [edge.low, edge.high].map((at, i) => Math.max(least, Math.min(most, at + (i === 0 ? -1 : 1) * direction * Math.max(Math.abs(edge.high - edge.low), 1e-9))));
    zoom = el("div", {class: "controls"}, choice("Shown", [["whole", "all values"], ["edge", "around the edge"]], (value) => host.replaceChildren(envelopePlot(envelope, value === "edge" ? around : whole))));
  }
  section("envelope", "Where it stops to pass",
    el("p", {class: "headline"}, edge !== null ? `At ${envelope.axis} ${text(edge.passes)} most seeds pass, at ${text(edge.fails)} most fail.` :
      `No edge between ${text(envelope.from)} and ${text(envelope.to)}: most seeds ${fails ? `fail at ${text(envelope.from)} already` : `pass even at ${text(envelope.to)}`}.`),
    facts([["edge, with 95 % confidence between", edge === null ? null : `${text(edge.low)} and ${text(edge.high)}`], ["operating point", point === null ? null : point.value],
      ["margin from the operating point to the edge", marginText], ["looked at", envelope.expect === "" ? null : envelope.expect]]),
    envelope.monotone ? null : el("p", {}, verdict("warn"), " More pass at a harsher value than chance explains: there is more than one edge, and one was found."),
    zoom, host);
}
