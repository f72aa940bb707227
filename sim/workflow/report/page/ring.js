// The ring of keys with its peers, over the simulated time: who was up, who worked, and who met where.
"use strict";

// A key of 64 hex digits as a share of the ring, and as a point of it; zero is at the top, keys grow clockwise.
const turnOf = (hex) => parseInt(hex.slice(0, 13), 16) / 2 ** 52;
const pointOf = (turn, radius) => [radius * Math.sin(2 * Math.PI * turn), -radius * Math.cos(2 * Math.PI * turn)];

function ringView(run) {
  const {peers, frames, places, of} = run.peers;
  const groups = run.groups || [], regions = run.regions || [];
  const rows = peers.map((peer) => ({...peer, turn: turnOf(peer.node_id)}));
  const byHandle = new Map(rows.map((row) => [row.peer, row]));
  const colorings = [["group", "group", groups.map((group) => group.name)]].concat(regions.length > 0 ? [["region", "region", regions]] : []);
  const workIn = (frame) => d3.sum(frame.states, (letter) => letter > "0" && letter <= "9" ? Number(letter) : 0);
  const state = {frame: Math.max(0, d3.scan(frames, (a, b) => workIn(b) - workIn(a)) ?? 0), place: null, by: colorings[0]};
  const stateOf = (row) => row.column === null || frames.length === 0 ? "?" : frames[state.frame].states[row.column];
  const size = 520, middle = size / 2, radius = 196;

  const svg = d3.create("svg").attr("class", "plot").attr("viewBox", `0 0 ${size} ${size}`).attr("role", "img");
  const center = svg.append("g").attr("transform", `translate(${middle},${middle})`);
  center.append("circle").attr("r", radius + 28).attr("fill", "none").attr("class", "edge");
  [["0", 0], ["1/4", 0.25], ["1/2", 0.5], ["3/4", 0.75]].forEach(([text, turn]) => {
    const [x, y] = pointOf(turn, radius + 46);
    center.append("text").attr("class", "quiet").attr("x", x).attr("y", y + 4).attr("text-anchor", "middle").text(text);
  });
  const spokes = center.append("g");
  // Groups stand on circles of their own, of many peers on five next to each other, so that neighbours do not cover each other.
  const many = rows.length > 300, lane = (many ? 96 : 44) / Math.max(1, groups.length), inner = radius + 22 - lane * Math.max(1, groups.length);
  const distanceOf = (row) => inner + lane * ((row.group ?? 0) + 0.5 + (many ? (row.peer * 7 % 5 - 2) / 6.5 : 0));
  const dots = center.append("g").selectAll("circle").data(rows.filter((row) => row.column !== null || places.some((place) => place.members.includes(row.peer))))
    .enter().append("circle").each((row) => { [row.x, row.y] = pointOf(row.turn, distanceOf(row)); }).attr("cx", (row) => row.x).attr("cy", (row) => row.y);
  dots.append("title").text((row) => `peer ${row.peer}  ${row.node_id.slice(0, 8)}..` + (groups[row.group] ? `  ${groups[row.group].name}` : "") +
    (regions[row.region] ? `  ${regions[row.region]}` : "") + (row.client ? "  a client" : "") + (row.honest ? "" : "  dishonest") + `  work ${count(row.work)}`);

  const told = el("output", {}), members = el("div", {}), keyOf = el("div", {});
  const small = rows.length > 1200 ? 0.55 : rows.length > 300 ? 0.8 : 1.25;

  function drawFrame() {
    const counts = {up: 0, down: 0, paused: 0};
    dots.attr("class", (row) => {
      const letter = stateOf(row), how = letter === "." ? "down" : letter === "=" ? "paused" : "up";
      if (row.column !== null) counts[how] += 1;
      const dim = state.place && !state.place.members.includes(row.peer);
      return `peer mark ${how}${dim ? " dim" : ""}${row.honest ? "" : " hostile"}`;
    }).attr("r", (row) => {
      const letter = stateOf(row);
      return small * (letter >= "1" && letter <= "9" ? 2.4 + 0.75 * Number(letter) : 2.6);
    });
    const at = frames.length === 0 ? 0 : frames[state.frame].end_us;
    told.textContent = `${count(counts.up)} up, ${count(counts.down)} down` + (counts.paused > 0 ? `, ${count(counts.paused)} paused` : "");
    svg.attr("aria-label", `Map of the ring of keys at ${clockText(at)}: ${told.textContent} of the ${count(of.shown)} peers shown.`);
  }

  function drawColors() {
    const [, member, names] = state.by;
    dots.style("fill", (row) => row[member] === undefined ? "var(--c7)" : color(row[member])).style("stroke", (row) => row.honest ? (row[member] === undefined ? "var(--c7)" : color(row[member])) : null);
    keyOf.replaceChildren(legend(names.slice(0, 8), "dot"));
  }

  function drawPlace() {
    const place = state.place;
    spokes.selectAll("*").remove();
    members.replaceChildren();
    if (place) {
      const [x, y] = pointOf(turnOf(place.position), inner - 16);
      place.members.map((peer) => byHandle.get(peer)).filter(Boolean).forEach((row) => spokes.append("line").attr("class", "spoke")
        .attr("x1", x).attr("y1", y).attr("x2", row.x).attr("y2", row.y));
      spokes.append("path").attr("class", "place").attr("d", d3.symbol().type(d3.symbolDiamond).size(110)()).attr("transform", `translate(${x},${y})`);
      members.append(table({caption: `${place.place} ${place.name.slice(0, 16)}.. at ${(100 * turnOf(place.position)).toFixed(2)} % of the ring: ` +
          `${meaning[place.place]}${place.more ? ", the first 64" : ""}`, rows: place.members.map((peer) => byHandle.get(peer)).filter(Boolean), tall: true, columns: [
        {name: "peer", number: true, of: (row) => row.peer, show: (row) => count(row.peer)},
        {name: "position", number: true, of: (row) => row.turn, show: (row) => `${(100 * row.turn).toFixed(2)} %`},
        {name: "group", of: (row) => groups[row.group] ? groups[row.group].name : "–"},
        {name: "work", number: true, of: (row) => row.work, show: (row) => count(row.work)}]}));
    }
    drawFrame();
  }

  const meaning = {block: "its replicas", key: "the holders of its records", topic: "who found a partner on it"};
  const placeChoice = places.length === 0 ? null : choice("Who met", [["", "at no place in particular"]].concat(places.map((place, i) =>
    [String(i), `${place.place} ${short(place.name)} (${place.members.length}${place.more ? "+" : ""} peers)`])), (value) => {
      state.place = value === "" ? null : places[Number(value)];
      drawPlace();
    });
  const colorChoice = colorings.length < 2 ? null : choice("Colours", colorings.map(([name], i) => [String(i), `by ${name}`]), (value) => {
    state.by = colorings[Number(value)];
    drawColors();
  });
  drawColors();
  const time = frameSlider({id: "ring-time", frames, start: state.frame, show: (frame) => {
    state.frame = frame;
    drawFrame();
    return told.textContent;
  }});
  return el("div", {}, el("div", {class: "controls"}, time, told),
    el("div", {class: "ring-layout"}, el("figure", {}, svg.node()),
      el("div", {}, el("div", {class: "controls"}, placeChoice, colorChoice), keyOf,
        el("p", {class: "note"}, `Each dot is a peer at its node id; keys grow clockwise from the top` + (groups.length > 1 ? "; each group has a circle of its own" : "") +
          `. A larger dot did more for others in the ${timeText(of.frame_us)} before (records taken, questions answered, revisions applied). Hollow: down` +
          (rows.some((row) => !row.honest) ? "; red edge: dishonest" : "") + ". At first the busiest moment is shown." +
          (of.shown < of.peers ? ` Shown are ${count(of.shown)} of ${count(of.peers)} peers, evenly spaced by handle, and who met at the places that can be chosen.` : "")),
        members, lazyTable(() => ({caption: "Peers", tall: true, rows: rows.filter((row) => row.column !== null), limit: 1000, columns: [
          {name: "peer", number: true, of: (row) => row.peer, show: (row) => count(row.peer)},
          {name: "node id", of: (row) => row.node_id.slice(0, 16), show: (row) => el("code", {}, `${row.node_id.slice(0, 16)}..`)},
          {name: "group", of: (row) => groups[row.group] ? groups[row.group].name : "–"}].concat(regions.length > 0 ? [{name: "region", of: (row) => regions[row.region] || "–"}] : [], [
          {name: "starts", number: true, of: (row) => row.starts ?? 0, show: (row) => valueText(row.starts, "count")},
          {name: "work", number: true, of: (row) => row.work, show: (row) => count(row.work)}])})))));
}
