// The live figure of the adaptive optimizers: five of them race down one bowl. First the mathematics and the words as pure
// functions, then the panels, then the controls. What it shares with other figures is in base.js.

const POWERS = [-6, -4, -2, 0, 2, 4]; // of ten, on the axis of losses
const PACE = 20; // milliseconds a step, when the race is shown step by step
const kindOf = (name) => name.toLowerCase(); // the name of an optimizer in the CSS

// ---- mathematics -------------------------------------------------------------------------------------------------

/**
 * The direction of step t at slope g, one function for each optimizer; a weight then becomes w - rate * direction. The
 * state { m, v }, at first 0 and 0, gathers slopes and their squares. With torch's defaults, and momentum 0.9.
 */
const DIRECTIONS = {
  SGD: (g) => g,
  momentum(g, state) {
    state.m = 0.9 * state.m + g;
    return state.m;
  },
  Adagrad(g, state) {
    state.v = state.v + g * g;
    return g / (Math.sqrt(state.v) + 1e-10);
  },
  RMSprop(g, state) {
    state.v = 0.99 * state.v + 0.01 * g * g;
    return g / (Math.sqrt(state.v) + 1e-8);
  },
  Adam(g, state, t) {
    state.m = 0.9 * state.m + 0.1 * g;
    state.v = 0.999 * state.v + 0.001 * g * g;
    return state.m / (1 - 0.9 ** t) / (Math.sqrt(state.v / (1 - 0.999 ** t)) + 1e-8);
  },
};

/** a, b and c of the bowl (a x² + 2 b x y + c y²) / 2: curvatures 1 and `condition`, turned by `angle` degrees. */
function bowl(condition, angle) {
  const cos = Math.cos((angle * Math.PI) / 180), sin = Math.sin((angle * Math.PI) / 180);
  return [cos * cos + condition * sin * sin, (1 - condition) * cos * sin, sin * sin + condition * cos * cos];
}

/** One optimizer's path, its losses, and its arrival: the step from which on the loss stays low, null, or "diverged". */
function run(name, rate, { condition, angle, start, steps, constants: { goal, far } }) {
  const [a, b, c] = bowl(condition, angle), direction = DIRECTIONS[name];
  const loss = (x, y) => (a * x * x + 2 * b * x * y + c * y * y) / 2;
  let [x, y] = start;
  const path = [[x, y]], losses = [loss(x, y)], along = { m: 0, v: 0 }, across = { m: 0, v: 0 };
  for (let t = 1; t <= steps; t++) {
    const dx = direction(a * x + b * y, along, t), dy = direction(b * x + c * y, across, t);
    [x, y] = [x - rate * dx, y - rate * dy];
    path.push([x, y]);
    losses.push(loss(x, y));
    if (!(Math.abs(x) <= far && Math.abs(y) <= far)) return { path, losses, arrival: "diverged" };
  }
  const arrival = losses.findLastIndex((value) => !(value <= goal)) + 1;
  return { path, losses, arrival: arrival <= steps ? arrival : null };
}

/** The paths, losses and arrivals of the five, in the order of the names. */
function simulate(setting) {
  const runs = setting.constants.names.map((name, i) => run(name, setting.rates[i], setting));
  return Object.fromEntries([["paths", "path"], ["losses", "losses"], ["arrivals", "arrival"]].map(([all, one]) =>
    [all, runs.map((each) => each[one])]));
}

/** For each optimizer the rate with the earliest arrival, else the lowest loss at the end, of those that never climb. */
function bestRates(setting) {
  const { constants: { names, rates } } = setting;
  const score = (name, rate) => {
    const { losses, arrival } = run(name, rate, setting);
    if (arrival === "diverged" || losses.some((value) => value > losses[0])) return [Infinity, Infinity];
    return arrival === null ? [Infinity, losses.at(-1)] : [arrival, losses[arrival]];
  };
  const before = (one, other) => one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
  return names.map((name) => {
    const scores = rates.map((rate) => score(name, rate));
    return rates[scores.reduce((best, one, i) => (before(one, scores[best]) ? i : best), 0)];
  });
}

// ---- words -------------------------------------------------------------------------------------------------------

function result(arrival, steps) {
  if (arrival === "diverged") return "diverges";
  return arrival === null ? `not in ${steps} steps` : `${arrival} step${arrival === 1 ? "" : "s"}`;
}

/** The order of arrival in words, each optimizer with its rate. */
function describe({ rates, condition, angle, steps, constants: { names, goal } }, { arrivals }) {
  const one = (i) => `${names[i]} (${number(rates[i])})`, every = names.map((_, i) => i);
  const arrived = every.filter((i) => Number.isInteger(arrivals[i])).sort((i, j) => arrivals[i] - arrivals[j]);
  const rest = [[`not in ${steps}`, null], ["diverged", "diverged"]].map(([words, what]) =>
    [words, every.filter((i) => arrivals[i] === what)]);
  const parts = [arrived.map((i) => `${one(i)} ${arrivals[i]}`).join(", "),
    ...rest.map(([words, those]) => those.length && `${words}: ${those.map(one).join(", ")}`)].filter(Boolean);
  return `Condition number ${number(condition)}, turned by ${number(angle)}°. ` +
    `Steps to a loss below ${goal}: ${parts.join("; ")}.`;
}

// ---- panels --------------------------------------------------------------------------------------------------------

/** The level lines of the bowl, the five paths, and where each optimizer is. */
function bowlPanel(id, { constants: { names, view: [wide, tall] } }) {
  const p = panel({ id: `${id}-bowl`, title: "The paths down the bowl", height: 247, x: [-wide, wide], y: [-tall, tall],
    xTicks: marks([-3, -2, -1, 0, 1, 2, 3]), xLabel: "w₁", yTicks: marks([-1, 0, 1]), yLabel: "w₂" });
  const [cx, cy] = [p.x(0), p.y(0)], unit = p.x(1) - cx;
  const rings = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((k) => shape("ellipse", { class: "ring", cx, cy, ry: 0.2 * k * unit }));
  const paths = names.map((name) => stroke(`path ${kindOf(name)}`));
  const heads = names.map((name) => stroke(`head ${kindOf(name)}`));
  p.inside.append(...rings, ...paths, ...heads, stroke("minimum", `M${cx - 5} ${cy}h10M${cx} ${cy - 5}v10`));
  const turn = ({ condition, angle }) => rings.forEach((ring) => {
    ring.setAttribute("rx", Math.min(1e4, Number(ring.getAttribute("ry")) * Math.sqrt(condition)));
    ring.setAttribute("transform", `rotate(${-angle} ${cx} ${cy})`);
  });
  const show = (setting, now, upTo) => {
    turn(setting);
    now.paths.forEach((path, i) => {
      const pixels = path.slice(0, upTo + 1).map(([x, y]) => [p.x(x), p.y(y)]);
      paths[i].setAttribute("d", line(pixels));
      heads[i].setAttribute("d", dots(pixels.slice(-1)));
    });
  };
  return { ...p, show };
}

/** The loss of each at each step, the goal, a dot where it is reached for good, and the key to the lines. */
function lossPanel(id, { steps, constants: { names, goal } }) {
  const p = panel({ id: `${id}-loss`, title: "The loss", height: 290, foot: 38, x: [0, steps], y: [-6.5, 4],
    xTicks: marks([0, 1, 2, 3].map((third) => Math.round((third * steps) / 3))), xLabel: "step",
    yTicks: marks(POWERS, power), yLabel: "loss (log scale)" });
  const height = (loss) => p.y(Math.log10(Math.max(loss, 1e-30))); // a loss of 0 has no logarithm
  const curves = names.map((name) => stroke(`path ${kindOf(name)}`));
  const arrivals = names.map((name) => stroke(`head ${kindOf(name)}`));
  p.inside.append(stroke("grid", POWERS.map((n) => `M${p.left} ${p.y(n)}H${p.right}`).join("")),
    stroke("goal", `M${p.left} ${height(goal)}H${p.right}`), ...curves, ...arrivals,
    caption(p.right - 6, height(goal) - 5, "small end halo", `goal: below ${goal}`));
  p.svg.append(...names.flatMap((name, i) =>
    key(`path ${kindOf(name)}`, name, p.left + 100 * (i % 3), p.height - 26 + 18 * Math.floor(i / 3))));
  const show = (now, upTo) => names.forEach((_, i) => {
    const losses = now.losses[i].slice(0, upTo + 1), arrival = now.arrivals[i];
    const at = Number.isInteger(arrival) && arrival < losses.length ? [[p.x(arrival), height(losses[arrival])]] : [];
    curves[i].setAttribute("d", line(losses.map((loss, step) => [p.x(step), height(loss)])));
    arrivals[i].setAttribute("d", dots(at));
  });
  return { ...p, show };
}

// ---- controls ----------------------------------------------------------------------------------------------------

/** A slider over a list of values: its positions are their numbers, so that each step is as long as the next. */
function listSlider(id, name, values, onValue) {
  const range = { min: 0, max: values.length - 1, step: 1 }, one = slider(id, name, range, (i) => onValue(values[i]));
  const nearest = (value) => values.reduce((best, other, i) =>
    (Math.abs(Math.log(other / value)) < Math.abs(Math.log(values[best] / value)) ? i : best), 0);
  return { ...one, show: (value, text) => one.show(nearest(value), text) };
}

/** Draws the figure into `el` and keeps it in step with `rates`, `condition`, `angle` and `start` of `model`. */
function render({ model, el }) {
  const { id, read, first, status, set, reset, mount } = wire(model, ["rates", "condition", "angle", "start"], ["steps"]);
  const { steps, constants: { names, rates, conditions, common, goal, most_angle: mostAngle, view: [wide, tall] } } = first;
  const paths = bowlPanel(id, first), losses = lossPanel(id, first);

  const moveStart = (x, y) => set({ start: [snap(x, -wide, wide, 0.01), snap(y, -tall, tall, 0.01)] });
  const bowlStage = stage(paths, moveStart), start = handle(paths, bowlStage, { role: "slider", tabindex: 0,
    "aria-label": "Start point", "aria-describedby": `${id}-hint`, "aria-valuemin": -wide, "aria-valuemax": wide },
    moveStart);
  arrowKeys(start.node, (right, up, further) => {
    const stride = further ? 0.5 : 0.1, [x, y] = read().start;
    moveStart(x + stride * right, y + stride * up);
  });
  const condition = listSlider(`${id}-condition`, "Condition number", conditions, (value) => set({ condition: value }));
  const angle = slider(`${id}-angle`, "Turned by", { min: 0, max: mostAngle, step: 1 }, (value) => set({ angle: value }));
  const own = names.map((name, i) => listSlider(`${id}-${kindOf(name)}`, name, rates,
    (rate) => set({ rates: read().rates.map((old, j) => (j === i ? rate : old)) })));
  own.forEach(({ node }, i) => node.classList.add("of", kindOf(names[i])));

  let frame = 0;
  const draw = (upTo = steps) => {
    cancelAnimationFrame(frame);
    const setting = read(), now = simulate(setting);
    paths.show(setting, now, upTo);
    losses.show(now, upTo);
    return now;
  };
  const race = () => {
    let begin;
    const tick = (time) => {
      begin ??= time;
      const step = Math.floor((time - begin) / PACE);
      draw(Math.min(step, steps));
      if (step < steps) frame = requestAnimationFrame(tick);
    };
    tick(performance.now());
  };
  const presets = buttons({
    "One step size for all": () => set({ rates: names.map(() => common) }),
    "Each at its best": () => set({ rates: bestRates(read()) }),
    "Run the race": race, Reset: reset,
  });
  const task = "At first all five have the same step size. Who is first at the goal? Press “Each at its best”: who is first " +
    "now? Then change the condition number: whose paths stay as they are? Turn the bowl, and try that again.";
  const help = "Drag the start point, or move it with the arrow keys (Shift: further). The best step sizes are those for " +
    "this bowl and this start: press again after a change.";
  const legend = `Step size of each, and the step from which on its loss stays below ${goal}:`;
  const group = element("div", { role: "group", "aria-label": "Step sizes" }, ...own.map(({ node }) => node));
  const columns = [[hint(task), bowlStage.node, hint(help, { id: `${id}-hint` }), condition.node, angle.node, presets],
    [stage(losses).node, hint(legend), group, status]];

  const show = (setting) => {
    const now = draw(), [x, y] = setting.start;
    start.place(x, y);
    start.node.setAttribute("aria-valuenow", x);
    start.node.setAttribute("aria-valuetext", `w1 ${number(x)}, w2 ${number(y)}`);
    condition.show(setting.condition, number(setting.condition));
    angle.show(setting.angle, `${number(setting.angle)}°`);
    own.forEach((one, i) =>
      one.show(setting.rates[i], `${number(setting.rates[i])}: ${result(now.arrivals[i], steps)}`));
    return describe(setting, now);
  };
  const close = mount(el, "race", columns, [paths, losses], show);
  return () => {
    cancelAnimationFrame(frame);
    close();
  };
}

export default { render, simulate };
