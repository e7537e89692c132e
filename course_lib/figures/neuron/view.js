// The live figure of one neuron: search its weights by hand, then let gradient descent search. First the mathematics and
// the words, then the panels, then the controls. What it shares with other figures is in base.js.

// ---- mathematics -------------------------------------------------------------------------------------------------

const sum = (w, b, x) => w[0] * x[0] + w[1] * x[1] + b;
const sigmoid = (z) => (z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z)));

/** Binary cross entropy of one output with the true class, from z, so that no logarithm of 0 can occur. */
const loss = (z, label) => Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;

/** The slopes of the mean loss along w1, w2 and b: the mean of (output - class) times what the weight multiplies. */
function slopes(w, b, points, labels) {
  const errors = points.map((x, i) => sigmoid(sum(w, b, x)) - labels[i]);
  return [0, 1, 2].map((k) => mean(errors.map((error, i) => error * (k < 2 ? points[i][k] : 1))));
}

/** Gradient descent on the mean loss: [w1, w2, b], the mean loss and how many are right, before and after each step. */
function simulate({ w, b, points, labels, lr, steps = 0 }) {
  let now = [...w, b];
  const path = [], losses = [], right = [];
  for (let step = 0; step <= steps; step++) {
    const zs = points.map((x) => sum(now, now[2], x));
    path.push(now);
    losses.push(mean(zs.map((z, i) => loss(z, labels[i]))));
    right.push(zs.filter((z, i) => z > 0 === (labels[i] === 1)).length);
    const slope = slopes(now, now[2], points, labels);
    now = now.map((value, k) => value - lr * slope[k]);
  }
  return { path, losses, right };
}

/** The part of the view where `side` times z is above 0, as corners. */
function part({ w, b, constants: { view } }, side) {
  const corners = [[-view, -view], [view, -view], [view, view], [-view, view]], height = (x) => side * sum(w, b, x);
  return corners.flatMap((from, i) => {
    const to = corners[(i + 1) % 4], [a, c] = [height(from), height(to)];
    const cut = a > 0 !== c > 0 ? [[0, 1].map((k) => from[k] + (a / (a - c)) * (to[k] - from[k]))] : [];
    return a > 0 ? [from, ...cut] : cut;
  });
}

/** Both ends of the line z = 0 for drawing; none where both weights are 0. */
function border(w, b) {
  const square = w[0] ** 2 + w[1] ** 2, size = Math.sqrt(square);
  if (size === 0) return [];
  const foot = w.map((value) => (-b * value) / square), along = [-w[1] / size, w[0] / size];
  return [-9, 9].map((t) => [0, 1].map((k) => foot[k] + t * along[k]));
}

// ---- words -------------------------------------------------------------------------------------------------------

const signed = (value) => (value > 0 ? "+" : "") + number(Number(value.toPrecision(2)));
const factor = (value) => (value < 0 ? `(${fixed(value)})` : fixed(value));

/** How well the setting does, and where downhill is. */
function describe({ w, b, points, labels, lr }) {
  const { losses: [now, after], right, path } = simulate({ w, b, points, labels, lr, steps: 1 });
  const change = path[1].map((value, k) => signed(value - path[0][k]));
  const without = w.some((value) => value !== 0) ? "" : " Both weights are 0, so there is no line.";
  return `${right[0]} of ${points.length} right, mean loss ${number(now)}.${without} One step downhill: w₁ ${change[0]}, ` +
    `w₂ ${change[1]}, b ${change[2]}. That is step size ${number(lr)} times the slopes of the mean loss, with the other ` +
    `sign, and brings it to ${number(after)}.`;
}

/** The chosen point in three lines: the sum, the output, the verdict. */
function workings({ w, b, points, labels, chosen, classes }) {
  const x = points[chosen], z = sum(w, b, x), output = sigmoid(z), says = z > 0 ? 1 : 0;
  const verdict = says === labels[chosen] ? "right" : "wrong";
  return [
    `z = ${fixed(w[0])} · ${factor(x[0])} + ${factor(w[1])} · ${factor(x[1])} + ${factor(b)} = ${fixed(z)}`,
    `σ(z) = 1 / (1 + e^${factor(-z)}) = ${fixed(output, 3)}`,
    `${output > 0.5 ? "Above" : "Not above"} 0.5: it says ${classes[says]}. True: ${classes[labels[chosen]]}, so ${verdict}.`,
  ];
}

// ---- panels ------------------------------------------------------------------------------------------------------

/** A point in pixels as the outline of its class: a disc for 0, a triangle for 1. */
const disc = ([x, y]) => `M${near(x - 4)} ${near(y)}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`;
const triangle = ([x, y]) => `M${near(x)} ${near(y - 5.2)}l5 8.6h-10z`;
const cross = ([x, y]) => `M${near(x - 5)} ${near(y - 5)}l10 10m-10 0l10 -10`;

function planePanel(id, { points, labels, names, classes, constants: { view, half } }) {
  const p = panel({ id: `${id}-plane`, title: "The points and the line", height: 386, foot: 20,
    x: [-view, view], y: [-view, view], xTicks: marks([-3, -2, -1, 0, 1, 2, 3]), xLabel: `x₁: ${names[0]} (standardized)`,
    yTicks: marks([-3, -2, -1, 0, 1, 2, 3]), yLabel: `x₂: ${names[1]} (standardized)` });
  const pixels = (corners) => corners.map(([x, y]) => [p.x(x), p.y(y)]), at = pixels(points);
  const outlines = (label, outline) => at.filter((_, i) => labels[i] === label).map(outline).join("");
  const sides = [stroke("side zero"), stroke("side one")], edge = stroke("edge");
  const arrow = stroke("arrow"), crosses = stroke("cross"), tip = caption(0, 0, "halo middle", "w");
  const score = caption(p.right - 8, p.bottom - 10, "halo end", "");
  p.inside.append(...sides, stroke("grid", `M${p.x(0)} ${p.top}V${p.bottom}M${p.left} ${p.y(0)}H${p.right}`), edge,
    stroke("dot zero", outlines(0, disc)), stroke("dot one", outlines(1, triangle)), crosses, arrow, tip, score);
  // The key has a line of its own below the axis, a third of it for each entry.
  const base = p.height - 8, third = (p.right - p.left) / 3, place = (i) => p.left + i * third;
  p.svg.append(stroke("dot zero", disc([place(0) + 6, base - 4])), caption(place(0) + 16, base, "small", classes[0]),
    stroke("dot one", triangle([place(1) + 6, base - 4])), caption(place(1) + 16, base, "small", classes[1]),
    stroke("cross key", cross([place(2) + 6, base - 4])), caption(place(2) + 16, base, "small", "wrong side"));
  const show = (now, losses) => {
    const { w, b } = now;
    [-1, 1].forEach((side, i) => sides[i].setAttribute("d", line(pixels(part(now, side)))));
    edge.setAttribute("d", line(pixels(border(w, b))));
    const wrong = at.filter((_, i) => sum(w, b, points[i]) > 0 !== (labels[i] === 1));
    crosses.setAttribute("d", wrong.map(cross).join(""));
    const [from, to] = pixels([[0, 0], w.map((value) => half * value)]), away = Math.hypot(...w) || 1;
    arrow.setAttribute("d", line([from, to]));
    tip.setAttribute("x", near(to[0] + (18 * w[0]) / away));
    tip.setAttribute("y", near(to[1] - (18 * w[1]) / away + 4));
    score.textContent = `${points.length - wrong.length} of ${points.length} right, mean loss ${number(losses[0])}`;
  };
  return { ...p, show };
}

/** Words in lines of at most 13 letters, where the words allow it. */
const wrap = (text) => text.split(" ").reduce((lines, word) => {
  const longer = `${lines.at(-1)} ${word}`;
  return longer.length <= 13 ? [...lines.slice(0, -1), longer] : [...lines, word];
}, [""]).map((row) => row.trim()).filter(Boolean);

/** The neuron as a drawing: three inputs, an edge for each weight, the sum, the sigmoid. */
function neuronPanel(id, names) {
  const p = drawing({ id: `${id}-neuron`, title: "The neuron, for the ringed point", height: 274 });
  const middle = 118, [sx, gx] = [248, 320], inputs = [56, middle, 180].map((y) => [122, y]);
  const edges = inputs.map(() => stroke("synapse"));
  const weights = inputs.map(([x, y], i) => caption(x + [82, 62, 80][i], (y + middle) / 2 + [-12, -7, 27][i], "middle", ""));
  const inside = inputs.map(([x, y]) => caption(x, y + 4, "middle", ""));
  const captions = [["x₁", ...wrap(names[0])], ["x₂", ...wrap(names[1])], ["always 1"]].flatMap((lines, i) =>
    lines.map((text, j) => caption(96, inputs[i][1] + 4 + 14 * (j - (lines.length - 1) / 2), "small end", text)));
  const z = caption(sx, middle + 40, "middle", ""), output = caption(gx, middle + 40, "middle strong", "");
  const at = (value) => [gx + value * 4.4, middle + 15 - 30 * sigmoid(value)], now = stroke("now");
  const curve = line(Array.from({ length: 41 }, (_, i) => at(-4 + i / 5)));
  const lines = [222, 243, 264].map((y) => caption(16, y, "small", ""));
  p.svg.append(...edges, stroke("flow", `M${sx + 22} ${middle}H${gx - 22}`),
    ...inputs.map(([x, y]) => shape("circle", { class: "node", cx: x, cy: y, r: 20 })),
    shape("circle", { class: "node", cx: sx, cy: middle, r: 22 }), caption(sx, middle + 6, "sign middle", "Σ"),
    shape("rect", { class: "node", x: gx - 22, y: middle - 22, width: 44, height: 44, rx: 6 }), stroke("curve", curve), now,
    ...inside, ...weights, ...captions, caption(sx, middle - 30, "small middle", "sum"),
    caption(gx, middle - 30, "small middle", "sigmoid"), z, output, ...lines);
  const show = (setting) => {
    const { w, b, points, chosen } = setting, x = points[chosen], total = sum(w, b, x), values = [...w, b];
    inputs.forEach(([px, py], i) => {
      const [dx, dy] = [sx - px, middle - py], away = Math.hypot(dx, dy);
      const reach = (r) => [px + (dx * r) / away, py + (dy * r) / away];
      edges[i].setAttribute("d", line([reach(20), reach(away - 22)]));
      edges[i].setAttribute("class", `synapse ${values[i] < 0 ? "zero" : "one"}`);
      edges[i].setAttribute("stroke-width", 0.75 + 1.5 * Math.abs(values[i]));
      weights[i].textContent = `${["w₁", "w₂", "b"][i]} = ${fixed(values[i])}`;
      inside[i].textContent = i < 2 ? fixed(x[i]) : "1";
    });
    z.textContent = `z = ${fixed(total)}`;
    output.textContent = fixed(sigmoid(total), 3);
    now.setAttribute("d", dots([at(Math.max(-4, Math.min(4, total)))]));
    workings(setting).forEach((text, i) => (lines[i].textContent = text));
  };
  return { ...p, show };
}

// ---- controls ----------------------------------------------------------------------------------------------------

/** Draws the figure into `el` and keeps it in step with `w`, `b` and `chosen` of `model`; the points stay. */
function render({ model, el }) {
  const { id, read, first, status, set, reset, mount } =
    wire(model, ["w", "b", "chosen"], ["points", "labels", "names", "classes", "lr"]);
  const { points, names, classes, constants: { half, most } } = first;
  const plane = planePanel(id, first), neuron = neuronPanel(id, names);
  const grid = (value) => snap(value, -most, most, 0.05), range = { min: -most, max: most, step: 0.05 };

  const planeStage = stage(plane, (x, y) => {
    const away = points.map((point) => Math.hypot(point[0] - x, point[1] - y));
    set({ chosen: away.indexOf(Math.min(...away)) });
    ring.node.focus({ preventScroll: true }); // the arrow keys go on from here
  });
  const ring = handle(plane, planeStage, { role: "slider", tabindex: 0, "aria-label": "Chosen point",
    "aria-describedby": `${id}-hint`, "aria-valuemin": 1, "aria-valuemax": points.length }, () => {});
  ring.node.classList.add("ring");
  const order = [0, 1].map((k) => points.map((_, i) => i).sort((i, j) => points[i][k] - points[j][k]));
  arrowKeys(ring.node, (right, up, further) => {
    const row = order[right ? 0 : 1], place = row.indexOf(read().chosen) + (right + up) * (further ? 5 : 1);
    set({ chosen: row[Math.max(0, Math.min(points.length - 1, place))] });
  });
  // From the keyboard the sliders do what the tip of the arrow does, so the tip is for the pointer alone.
  const tip = handle(plane, planeStage, { "aria-hidden": "true" },
    (x, y) => set({ w: [grid(x / half), grid(y / half)] }));

  const sliders = [
    slider(`${id}-w1`, `w₁, weight of ${names[0]}`, range, (value) => set({ w: [value, read().w[1]] })),
    slider(`${id}-w2`, `w₂, weight of ${names[1]}`, range, (value) => set({ w: [read().w[0], value] })),
    slider(`${id}-b`, "b, the bias", range, (value) => set({ b: value })),
  ];
  const downhill = (steps) => () => {
    const inside = (value) => Math.max(-most, Math.min(most, value)), end = simulate({ ...read(), steps }).path[steps];
    set({ w: [inside(end[0]), inside(end[1])], b: inside(end[2]) });
  };
  const row = buttons({ "x₁ alone": () => set({ w: [1, 0], b: 0 }), "One step downhill": downhill(1),
    "Hundred steps": downhill(100), Reset: reset });
  const help = "Move the line with the sliders, or drag the dot: it is the tip of w, drawn at half length. " +
    "Click a point to put it through the neuron, or go to it with the arrow keys. " +
    `“x₁ alone” says ${classes[1]} wherever ${names[0]} is above its mean.`;
  const found = Math.max(...simulate({ ...first, w: [0, 0], b: 0, steps: 500 }).right);
  const goal = `On the orange side the neuron says ${classes[1]}, on the blue side ${classes[0]}. Drag the orange dot to ` +
    `turn the line. First task: get ${found} of ${points.length} right, as gradient descent does.`;
  const columns = [[hint(goal), planeStage.node, ...sliders.map(({ node }) => node), row],
    [stage(neuron).node, status, hint(help, { id: `${id}-hint` })]];

  const show = (now) => {
    const { w, b, chosen, labels } = now, [x, y] = points[chosen];
    plane.show(now, simulate(now).losses);
    neuron.show(now);
    [...w, b].forEach((value, i) => sliders[i].show(value, fixed(value)));
    tip.place(half * w[0], half * w[1]);
    ring.place(x, y);
    ring.node.setAttribute("aria-valuenow", chosen + 1);
    ring.node.setAttribute("aria-valuetext", `${classes[labels[chosen]]}: x1 ${fixed(x)}, x2 ${fixed(y)}`);
    return describe(now);
  };
  return mount(el, "neuron", columns, [plane, neuron], show);
}

export default { render, simulate };
