// The live figure of the activations: the value and the slope of each, and what a small net can draw with it. First the
// mathematics and the words, then the panels, then the controls. What it shares with other figures is in base.js.

// ---- mathematics -------------------------------------------------------------------------------------------------

const sigmoid = (z) => (z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z)));

/** The share of a standard normal distribution below z, by a series whose terms have one sign. */
function normal(z) {
  if (Math.abs(z) > 9) return z > 0 ? 1 : 0;
  let term = z, total = z;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(total); n += 2) total += term *= (z * z) / n;
  return 0.5 + total * bell(z);
}
const bell = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** The value and the slope of each activation; its formula, and the trait that holds a number of its own. */
const KINDS = {
  none: { formula: "f(z) = z", value: (z) => z, slope: () => 1 },
  sigmoid: { formula: "f(z) = σ(kz) = 1 / (1 + e^(−kz))", own: "slope", value: (z, { slope: k }) => sigmoid(k * z),
    slope: (z, { slope: k }) => k * sigmoid(k * z) * sigmoid(-k * z) },
  tanh: { formula: "f(z) = tanh z = 2σ(2z) − 1", value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  relu: { formula: "f(z) = max(0, z)", value: (z) => Math.max(0, z), slope: (z) => (z > 0 ? 1 : 0) },
  leaky_relu: { formula: "f(z) = z above 0, az below", own: "negative_slope",
    value: (z, { negative_slope: a }) => (z > 0 ? z : a * z), slope: (z, { negative_slope: a }) => (z > 0 ? 1 : a) },
  elu: { formula: "f(z) = z above 0, e^z − 1 below", value: (z) => (z > 0 ? z : Math.expm1(z)),
    slope: (z) => (z > 0 ? 1 : Math.exp(z)) },
  gelu: { formula: "f(z) = z Φ(z), Φ of the normal curve", value: (z) => z * normal(z),
    slope: (z) => normal(z) + z * bell(z) },
  silu: { formula: "f(z) = z σ(z)", value: (z) => z * sigmoid(z),
    slope: (z) => sigmoid(z) * (1 + z * sigmoid(-z)) },
};

const grid = (reach, count) => Array.from({ length: count }, (_, i) => reach * ((2 * i) / (count - 1) - 1));
const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);

/** Least squares by Gram and Schmidt: each column is made orthogonal to those before it, then the target to all. */
function leastSquares(columns, target) {
  const rest = [...columns, target].map((column) => [...column]), size = columns.length, shares = [];
  for (let k = 0; k < size; k++) {
    const unit = rest[k].map((value) => value / Math.hypot(...rest[k]));
    shares.push(rest.map((column) => dot(unit, column)));
    for (let j = k + 1; j <= size; j++) rest[j] = rest[j].map((value, i) => value - shares[k][j] * unit[i]);
  }
  const weights = Array(size).fill(0);
  for (let k = size - 1; k >= 0; k--) weights[k] = (shares[k][size] - dot(shares[k].slice(0, size), weights)) / shares[k][k];
  return weights;
}

/** The activation at z, and the net: fixed hidden units, the best bias and weights of its output, how far it is off. */
function simulate(setting) {
  const { activation, z, units, constants: { hidden, target, edge, ridge } } = setting, kind = KINDS[activation];
  const x = grid(edge, target.length), used = hidden.slice(0, units), root = Math.sqrt(x.length * ridge);
  const outputs = used.map(([w, c]) => x.map((at) => kind.value(w * (at - c), setting)));
  const small = (unit) => used.map((_, i) => (i === unit ? root : 0)); // keeps equal units apart
  const columns = [x.map(() => 1), ...outputs];
  const weights = leastSquares(columns.map((column, i) => [...column, ...small(i - 1)]), [...target, ...small(-1)]);
  const fitted = x.map((_, i) => dot(weights, columns.map((column) => column[i])));
  const error = Math.sqrt(fitted.reduce((total, value, i) => total + (value - target[i]) ** 2, 0) / x.length);
  return { value: kind.value(z, setting), slope: kind.slope(z, setting), weights, fitted, error };
}

// ---- words -------------------------------------------------------------------------------------------------------

const nameOf = ({ activation, constants: { labels } }) =>
  (activation === "none" ? "no activation" : labels.find(([name]) => name === activation)[1]);

/** What the present setting shows, in words. */
function describe(setting, now, straight) {
  const name = nameOf(setting), count = `${setting.units} hidden unit${setting.units > 1 ? "s" : ""}`;
  const point = `${name[0].toUpperCase()}${name.slice(1)} at z = ${fixed(setting.z)}: value ${number(now.value)}, slope ` +
    `${number(now.slope)}. Ten such slopes multiplied: ${number(now.slope ** 10)}.`;
  if (setting.activation === "none") {
    return `${point} The net with ${count} is a straight line, and would be with any number of them: error ` +
      `${number(now.error)} (root mean squared).`;
  }
  return `${point} The net with ${count} is off by ${number(now.error)} (root mean squared error), a straight line by ` +
    `${number(straight.error)}.`;
}

// ---- panels ------------------------------------------------------------------------------------------------------

const WHOLE = [-4, -2, 0, 2, 4], LOW = -1.5; // of z, and of the values that are shown

function valuePanel(id, reach) {
  const p = panel({ id: `${id}-value`, title: "The activation f(z) of its hidden units", height: 262, x: [-reach, reach], y: [LOW, reach],
    xTicks: marks(WHOLE), xLabel: "z", yTicks: marks([-1, 0, 1, 2, 3, 4, 5]), yLabel: "f(z)" });
  const zs = grid(reach, 201), shown = stroke("value-curve"), tangent = stroke("tangent"), here = stroke("here");
  const formula = caption(p.left + 10, p.top + 20, "halo strong", ""), value = caption(p.left + 10, p.top + 40, "halo", "");
  p.inside.append(stroke("grid", `M${p.x(0)} ${p.top}V${p.bottom}M${p.left} ${p.y(0)}H${p.right}`), here, shown, tangent,
    formula, value);
  const show = (setting, now) => {
    const kind = KINDS[setting.activation], { z } = setting, away = 1.3 / Math.hypot(1, now.slope);
    shown.setAttribute("d", line(zs.map((at) => [p.x(at), p.y(kind.value(at, setting))])));
    tangent.setAttribute("d", line([-away, away].map((step) => [p.x(z + step), p.y(now.value + now.slope * step)])));
    here.setAttribute("d", `M${p.x(z)} ${p.bottom}V${p.y(now.value)}`);
    formula.textContent = kind.formula;
    value.textContent = `value: f(${fixed(z)}) = ${fixed(now.value, 3)}`;
  };
  return { ...p, show };
}

function slopePanel(id, reach) {
  const p = panel({ id: `${id}-slope`, title: "The slope f′(z) of the activation", height: 164, x: [-reach, reach], y: [-0.25, 1.75],
    xTicks: marks(WHOLE), xLabel: "z", yTicks: marks([0, 0.5, 1]), yLabel: "f′(z)" });
  const zs = grid(reach, 201).flatMap((at) => (at === 0 ? [0, 1e-9] : [at])); // a jump at 0 stands upright
  const shown = stroke("slope-curve"), here = stroke("here");
  const value = caption(p.left + 10, p.top + 20, "halo", "");
  p.inside.append(stroke("grid", `M${p.x(0)} ${p.top}V${p.bottom}M${p.left} ${p.y(0)}H${p.right}`), here, shown, value);
  const show = (setting, now) => {
    shown.setAttribute("d", line(zs.map((at) => [p.x(at), p.y(KINDS[setting.activation].slope(at, setting))])));
    here.setAttribute("d", `M${p.x(setting.z)} ${p.bottom}V${p.top}`);
    value.textContent = `slope: f′(${fixed(setting.z)}) = ${fixed(now.slope, 3)}`;
  };
  return { ...p, show };
}

/** The curve to follow, the net, and the straight line; a wedge for each hidden unit, towards the side where its z > 0. */
function netPanel(id, { constants: { edge, target, hidden } }, straight) {
  const p = panel({ id: `${id}-net`, title: "What the net can draw", height: 330, foot: 20, x: [-edge, edge], y: [-2, 2],
    xTicks: marks([-3, -2, -1, 0, 1, 2, 3]), xLabel: "x, the input", yTicks: marks([-2, -1, 0, 1, 2]), yLabel: "the output" });
  const x = grid(edge, target.length), path = (ys) => line(ys.map((y, i) => [p.x(x[i]), p.y(y)]));
  const net = stroke("net"), bends = stroke("bend"), score = caption(p.right - 8, p.top + 20, "halo end strong", "");
  p.inside.append(stroke("grid", `M${p.x(0)} ${p.top}V${p.bottom}M${p.left} ${p.y(0)}H${p.right}`),
    stroke("straight", path(straight.fitted)), stroke("target", path(target)), net, bends, score);
  const base = p.height - 12, place = (i) => p.left + i * 98;
  p.svg.append(...key("target", "to follow", place(0), base), ...key("net", "this net", place(1), base),
    ...key("straight", "straight line", place(2), base));
  const show = ({ units }, { fitted, error }) => {
    net.setAttribute("d", path(fitted));
    bends.setAttribute("d", hidden.slice(0, units).map(([w, c]) =>
      `M${near(p.x(c))} ${p.bottom}v-11l${w > 0 ? 8 : -8} 5.5z`).join(""));
    score.textContent = `error ${fixed(error, 3)}`;
  };
  return { ...p, show };
}

// ---- controls ----------------------------------------------------------------------------------------------------

/** Draws the figure into `el` and keeps it in step with the five traits of `model`. */
function render({ model, el }) {
  const { id, read, first, status, set, reset, mount } =
    wire(model, ["activation", "slope", "negative_slope", "z", "units"], []);
  const { constants: { labels, reach, steep, negative, hidden } } = first;
  const straight = simulate({ ...first, activation: "none" });
  const value = valuePanel(id, reach), slope = slopePanel(id, reach), net = netPanel(id, first, straight);

  const choices = buttons(Object.fromEntries(labels.map(([activation, label]) => [label, () => set({ activation })])));
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "Activation of the hidden units");

  const moveZ = (z) => set({ z: snap(z, -reach, reach, 0.05) });
  const valueStage = stage(value, moveZ), slopeStage = stage(slope, moveZ);
  const point = handle(value, valueStage, { role: "slider", tabindex: 0, "aria-label": "z",
    "aria-describedby": `${id}-hint`, "aria-valuemin": -reach, "aria-valuemax": reach }, moveZ);
  arrowKeys(point.node, (right, up, further) => moveZ(read().z + (right + up) * (further ? 1 : 0.1)));
  // From the keyboard the point on the activation does the same, so this one is for the pointer alone.
  const twin = handle(slope, slopeStage, { "aria-hidden": "true" }, moveZ);

  const own = element("div", { class: "own" }), sliders = {
    slope: slider(`${id}-slope-k`, "k, how steep the sigmoid is", { min: steep[0], max: steep[1], step: 0.1 },
      (k) => set({ slope: k })),
    negative_slope: slider(`${id}-negative`, "a, the slope below 0", { min: negative[0], max: negative[1], step: 0.05 },
      (a) => set({ negative_slope: a })),
  };
  const units = slider(`${id}-units`, "Hidden units", { min: 1, max: hidden.length, step: 1 },
    (count) => set({ units: count }));
  const goal = "Choose an activation, then change the number of hidden units: each adds one bend to what the net can draw. " +
    "First task: find the smallest number of ReLU units with an error below 0.1. How many would “none” need?";
  const help = "Drag the point z, or move it with the arrow keys (Shift: further). The net has one input and one output. Each " +
    "wedge stands where the z of a hidden unit is 0, and points to where it is above 0. These places stay fixed here, and the " +
    "weights of the output are the best for them; training would move the places too.";
  const columns = [[hint(goal), choices, stage(net).node, units.node, buttons({ Reset: reset })],
    [valueStage.node, slopeStage.node, own, status, hint(help, { id: `${id}-hint` })]];

  const show = (now) => {
    const run = simulate(now), { own: trait } = KINDS[now.activation];
    [value, slope, net].forEach((p) => p.show(now, run));
    labels.forEach(([name], i) => choices.children[i].setAttribute("aria-pressed", name === now.activation));
    if (own.firstChild !== (trait ? sliders[trait].node : null)) own.replaceChildren(...(trait ? [sliders[trait].node] : []));
    Object.entries(sliders).forEach(([name, one]) => one.show(now[name], fixed(now[name])));
    units.show(now.units);
    point.place(now.z, Math.max(LOW, run.value)); // a straight line leaves the panel below
    point.node.setAttribute("aria-valuenow", now.z);
    point.node.setAttribute("aria-valuetext",
      `z ${fixed(now.z)}, value ${fixed(run.value, 3)}, slope ${fixed(run.slope, 3)}`);
    twin.place(now.z, run.slope);
    return describe(now, run, straight);
  };
  return mount(el, "activation", columns, [value, slope, net], show);
}

export default { render, simulate };
