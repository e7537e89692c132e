// The live figure of backpropagation: a small network as a graph, forward node by node, then backward with every slope.
// First the mathematics and the words, then the graph, then the controls. What it shares with other figures is in base.js.

// ---- mathematics -------------------------------------------------------------------------------------------------

const ACTIVATIONS = { // each with its slope from its output a, and both as text
  sigmoid: { bend: (z) => 1 / (1 + Math.exp(-z)), slope: (a) => a * (1 - a), name: "σ", rule: (a) => `${a}(1 − ${a})` },
  tanh: { bend: Math.tanh, slope: (a) => 1 - a * a, name: "tanh", rule: (a) => `(1 − ${a}²)` },
  relu: { bend: (z) => Math.max(z, 0), slope: (a) => (a > 0 ? 1 : 0), name: "relu", rule: (_, z) => `relu′(${z})` },
};
const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** The other factor of the product in which a node enters a sum. */
const partner = (pairs, name) => pairs.find((pair) => pair.includes(name)).find((other) => other !== name);

/** The value of each node, the local derivative of each edge in the order of `edges`, the slope of the loss in each node. */
function simulate({ x, w, y, activation, constants: { weights, sums, bends, forward, backward, edges } }) {
  const { bend, slope } = ACTIVATIONS[activation], values = { "x₁": x[0], "x₂": x[1], y };
  w.forEach((value, i) => (values[weights[i]] = value));
  for (const name of forward) {
    if (sums[name]) values[name] = total(sums[name].map(([a, b]) => values[a] * values[b]));
    else values[name] = bends[name] ? bend(values[bends[name]]) : (values["ŷ"] - y) ** 2;
  }
  const derivatives = edges.map(({ from, to }) => {
    if (sums[to]) return values[partner(sums[to], from)];
    return bends[to] ? slope(values[to]) : 2 * (values["ŷ"] - y);
  });
  const slopes = { "ℓ": 1 };
  for (const name of backward.slice(1)) {
    slopes[name] = total(edges.map(({ from, to }, i) => (from === name ? slopes[to] * derivatives[i] : 0)));
  }
  return { values, derivatives, slopes };
}

/** The numbers of all edges from a node on to the loss, nearest first: one path for a weight, several for an input. */
const onward = (edges, node) => edges.flatMap(({ from, to }, i) => (from === node ? [i, ...onward(edges, to)] : []));

/** What a step is about: a node and whether its value or its slope is found. The last looks back at the path of w₁. */
function moment({ step, constants: { forward, backward, last } }) {
  if (step === 0) return { kind: "start" };
  if (step <= forward.length) return { kind: "forward", node: forward[step - 1] };
  return step < last ? { kind: "backward", node: backward[step - forward.length - 1] } : { kind: "end", node: "w₁" };
}

// ---- words -------------------------------------------------------------------------------------------------------

/** At most six characters, with up to three decimals; 3e−5 for a tiny number. */
function short(value) {
  const size = Math.abs(value), decimals = 3 - [10, 100, 1000].filter((limit) => size >= limit).length;
  const tiny = size > 0 && size < 0.0005;
  return String(tiny ? value.toExponential(0) : Number(value.toFixed(decimals))).replaceAll("-", "−");
}
const factor = (value) => (value < 0 ? `(${short(value)})` : short(value));
const added = (values) => values.map((value, i) => (i ? factor : short)(value)).join(" + ");
const product = (values) => values.map((value, i) => (i ? factor(value) : short(value))).join(" × ");

/** How a value comes about: in letters, then in numbers. */
function valueWords({ y, activation, constants: { sums, bends } }, values, node) {
  const { name } = ACTIVATIONS[activation], z = bends[node];
  if (z) return `${node} = ${name}(${z})\n= ${name}(${short(values[z])}) = ${short(values[node])}.`;
  if (!sums[node]) return `ℓ = (ŷ − y)²\n= (${short(values["ŷ"])} − ${factor(y)})² = ${short(values["ℓ"])}, the loss of this example.`;
  const letters = sums[node].map((pair) => pair.join(" ")).join(" + ");
  const numbers = sums[node].map(([a, b], i) => `${i ? factor(values[a]) : short(values[a])} × ${factor(values[b])}`);
  return `${node} = ${letters}\n= ${numbers.join(" + ")} = ${short(values[node])}.`;
}

/** How a slope comes about: the slope of each node after it times the local derivative between them. */
function slopeWords({ activation, constants: { sums, bends, edges } }, { derivatives, slopes }, node) {
  if (node === "ℓ") return "Slope of ℓ in itself = 1: here the backward pass begins.";
  const local = ({ from, to }) => {
    if (sums[to]) return partner(sums[to], from);
    return bends[to] ? ACTIVATIONS[activation].rule(to, from) : "2(ŷ − y)";
  };
  const used = edges.map((edge, i) => ({ ...edge, i })).filter(({ from }) => from === node);
  const letters = used.map((edge) => `slope of ${edge.to} × ${local(edge)}`).join(" + ");
  const numbers = used.map(({ to, i }) => product([slopes[to], derivatives[i]])).join(" + ");
  const parts = used.map(({ to, i }) => slopes[to] * derivatives[i]), several = parts.length > 1;
  const why = several ? `Two paths lead from ${node} to ℓ, so their products add.\n` : "";
  return `${why}Slope of ${node} = ${letters}\n= ${numbers}${several ? `\n= ${added(parts)}` : ""} = ${short(slopes[node])}.`;
}

/** The product along the path of a weight. */
function pathWords({ constants: { edges } }, { derivatives, slopes }, node) {
  const factors = onward(edges, node).reverse().map((i) => derivatives[i]);
  return `${product(factors)} = ${short(slopes[node])}`;
}

/** One step in a sentence or two. */
function describe(now, result) {
  const { x, w, y, step, constants: { weights, last, nudge, edges } } = now, { kind, node } = moment(now), { values, slopes } = result;
  if (kind === "start") {
    return `Given: the inputs x₁ = ${short(x[0])} and x₂ = ${short(x[1])}, the target y = ${short(y)} and six weights, ` +
      `w₅ = ${short(w[4])} among them.\n“Step” computes the first value.`;
  }
  if (kind === "end") {
    const moved = simulate({ ...now, w: w.map((value, i) => (i ? value : value + nudge)) }).values["ℓ"];
    return "Done: one backward pass found every slope. That of w₁ is the product along its path to ℓ:\n" +
      `${pathWords(now, result, node)}.\nCheck: with w₁ + ${nudge} the loss changes by ` +
      `${number(moved - values["ℓ"])}, and ${nudge} × slope is ${number(nudge * slopes[node])}.`;
  }
  const where = `Step ${step} of ${last}, ${kind}.\n`;
  if (kind === "forward") return where + valueWords(now, values, node);
  const long = weights.includes(node) && onward(edges, node).length > 2;
  const along = long ? `\nIts path: ${pathWords(now, result, node)}.` : "";
  return where + slopeWords(now, result, node) + along;
}

// ---- the graph ---------------------------------------------------------------------------------------------------

/** The tip of an arrow at `to`. */
function tip(from, to) {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const wing = (turn) => [to[0] - 7 * Math.cos(angle + turn), to[1] - 7 * Math.sin(angle + turn)];
  return line([wing(0.45), to, wing(-0.45)]);
}

function graphPanel(id, { constants: { boxes, edges, given, forward, backward } }) {
  const p = { ...drawing({ id: `${id}-graph`, title: "Down go the values, up come the slopes", height: 448 }),
    data: (x, y) => [x, y] };
  const arrows = edges.map(({ start, end, at: [x, y] }) =>
    ({ shaft: stroke("", line([start, end])), head: stroke(""), number: caption(x, y + 4, "halo middle", "") }));
  const nodes = Object.entries(boxes).map(([name, [x, y, half, high]]) => {
    const box = { x: x - half, y: y - high, width: 2 * half, height: 2 * high, rx: 5 };
    const outline = shape("rect", box), slot = shape("rect", { class: "slot", ...box, y, height: high });
    const value = caption(x + half - 4, y - 5, "end small", ""), slope = caption(x, y + 14, "middle small", "");
    p.svg.append(outline, slot, caption(x - half + 4, y - 5, "name", name), value, slope);
    return { name, outline, slot, value, slope };
  });
  p.svg.append(stroke("shaft", line([given.start, given.end]) + tip(given.start, given.end)));
  arrows.forEach(({ shaft, head }) => p.svg.append(shaft, head));
  arrows.forEach(({ number: text }) => p.svg.append(text));
  // Where two paths meet, their sum stands above the box.
  const sums = [["x₁", 177, "end"], ["x₂", 183, ""]].map(([name, x, kind]) =>
    ({ name, text: caption(x, 42, `small ${kind}`, "") }));
  const adding = caption(4, 42, "small", "");
  p.svg.append(adding, ...sums.map(({ text }) => text),
    shape("rect", { class: "box", x: 258, y: 346, width: 92, height: 38, rx: 5 }),
    shape("rect", { class: "slot known", x: 258, y: 365, width: 92, height: 19, rx: 5 }),
    caption(304, 360, "small middle", "value"), caption(304, 379, "small middle", "slope of ℓ in it"),
    caption(304, 404, "small middle", "×… local"), caption(304, 418, "small middle", "derivative"));
  const show = (now, { values, derivatives, slopes }) => {
    const { kind, node } = moment(now), done = now.step - forward.length;
    const found = (name) => !forward.includes(name) || forward.indexOf(name) < now.step;
    const back = (name) => backward.includes(name) && backward.indexOf(name) < done;
    const path = kind === "backward" || kind === "end" ? onward(edges, node) : [];
    nodes.forEach(({ name, outline, slot, value, slope }) => {
      outline.setAttribute("class", `box${found(name) ? "" : " todo"}${name === node ? " now" : ""}`);
      slot.setAttribute("class", `slot${back(name) ? " known" : ""}`);
      value.textContent = found(name) ? short(values[name]) : "";
      slope.textContent = back(name) ? short(slopes[name]) : name === "y" ? "target" : "";
    });
    arrows.forEach(({ shaft, head, number: text }, i) => {
      const { from, to, start, end } = edges[i], upward = path.includes(i);
      const kinds = upward ? " up" : kind === "forward" && to === node ? " down" : "";
      shaft.setAttribute("class", `shaft${kinds}`);
      head.setAttribute("class", `shaft${kinds}`);
      head.setAttribute("d", upward ? tip(end, start) : tip(start, end));
      text.textContent = back(from) ? `×${short(derivatives[i])}` : "";
      text.setAttribute("class", `halo middle small${upward ? " strong" : ""}`);
    });
    adding.textContent = back("x₁") ? "paths add:" : "";
    sums.forEach(({ name, text }) => {
      const parts = edges.map(({ from, to }, i) => (from === name ? [slopes[to] * derivatives[i]] : [])).flat();
      text.textContent = back(name) ? added(parts) : "";
    });
  };
  return { ...p, show };
}

// ---- controls ----------------------------------------------------------------------------------------------------

/** Draws the figure into `el` and keeps it in step with `x`, `w` and `step` of `model`; target and activation stay. */
function render({ model, el }) {
  const { id, read, first, status, set, reset, mount } = wire(model, ["x", "w", "step"], ["y", "activation"]);
  const { constants: { boxes, forward, backward, last, most } } = first;
  const graph = graphPanel(id, first), range = { min: -most, max: most, step: 0.1 };
  const graphStage = stage(graph, (px, py) => {
    const hit = backward.findIndex((name) => {
      const [x, y, half, high] = boxes[name];
      return Math.abs(px - x) <= half && Math.abs(py - y) <= high;
    });
    if (hit >= 0) set({ step: forward.length + hit + 1 });
  });
  const go = (change) => () => set({ step: Math.max(0, Math.min(last, read().step + change)) });
  const row = buttons({ Step: go(1), Back: go(-1), "To the end": go(last), Reset: reset });
  const weight = slider(`${id}-w5`, "w₅, a weight", range,
    (value) => set({ w: read().w.map((old, i) => (i === 4 ? value : old)) }));
  const input = slider(`${id}-x1`, "x₁, an input", range, (value) => set({ x: [value, read().x[1]] }));
  const help = "Click a box to see its slope and its path. The arrow from one box to the next carries the local derivative: " +
    "what the slope is multiplied by on the way up. Set w₅ to 0: which slopes vanish? " +
    "Numbers are rounded; the network has no biases.";
  const columns = [[graphStage.node], [row, status, weight.node, input.node, hint(help)]];
  const show = (now) => {
    const result = simulate(now);
    graph.show(now, result);
    weight.show(now.w[4], short(now.w[4]));
    input.show(now.x[0], short(now.x[0]));
    return describe(now, result);
  };
  return mount(el, "graph", columns, [graph], show);
}

export default { render, simulate };
