// The live figure of the momentum chapter: gradient descent with momentum in a bowl. First the mathematics and the words
// as pure functions, then the panels, then the controls. What it shares with other figures is in base.js.

const LEVELS = [10, 20, 40, 80, 160]; // edges between the shades of the plane, in steps to come ten times closer
const POWERS = [-8, -6, -4, -2, 0, 2]; // of ten, on the axis of distances
const QUARTERS = [0, 0.25, 0.5, 0.75, 1]; // of the other axes, for their ticks

// ---- mathematics ---------------------------------------------------------------------------------------------------

/** Momentum as torch has it on (c1 w1² + c2 w2²) / 2, in the order of operations of `surfaces.momentum_path`. */
function simulate({ lr, beta, start, curvatures, steps, constants }) {
  const w = [...start], z = [0, 0], path = [[...w]];
  for (let step = 1; step <= steps; step++) {
    for (const i of [0, 1]) {
      const g = curvatures[i] * w[i];
      z[i] = beta * z[i] + g;
      w[i] = w[i] - lr * z[i];
    }
    path.push([...w]);
    if (!w.every((value) => Math.abs(value) <= constants.far)) return { path, divergedAt: step };
  }
  return { path, divergedAt: null };
}

/** The largest root of x² - (1 + β - lr c) x + β, which rules one direction: its size, and how the motion looks. */
function longRun(lr, beta, curvature) {
  const half = (1 + beta - lr * curvature) / 2, square = half * half - beta;
  if (square < 0) return { rate: Math.sqrt(beta), motion: "oscillating" };
  const motion = half < 0 ? "jumping from side to side" : "without oscillation";
  return { rate: Math.abs(half) + Math.sqrt(square), motion };
}

const stepsPerTen = (rate) => (rate < 1 ? Math.LN10 / -Math.log(rate) : Infinity);
const limit = (beta, curvatures) => (2 * (1 + beta)) / Math.max(...curvatures);
const criticalBeta = (lr, curvature) => (1 - Math.sqrt(lr * curvature)) ** 2;

/**
 * The settings at which both directions keep at most `rate` of their size a step, as corners [step size, momentum].
 * Both roots lie within a radius r where β <= r² and |1 + β - lr c| <= r + β/r (Jury's conditions), so lr is
 * between (1 - r)(1 - β/r)/c and (1 + r)(1 + β/r)/c for each curvature c. Those are straight lines.
 */
function region(rate, curvatures) {
  const low = Math.min(...curvatures), high = Math.max(...curvatures);
  const left = (beta) => ((1 - rate) * (1 - beta / rate)) / low;
  const right = (beta) => ((1 + rate) * (1 + beta / rate)) / high;
  const [a, b] = [high * (1 - rate), low * (1 + rate)];
  const bottom = Math.max(0, (rate * (a - b)) / (a + b)), top = rate * rate; // the two lines meet at the bottom
  if (bottom > top) return [];
  return [[left(bottom), bottom], [right(bottom), bottom], [right(top), top], [left(top), top]];
}

/** Polyak's setting on the sliders' grid; momentum is rounded up: just below critical damping is much slower. */
function best({ curvatures, constants }) {
  const grid = constants.most_lr / 200, roots = curvatures.map(Math.sqrt);
  const lr = Math.round((2 / (roots[0] + roots[1])) ** 2 / grid) * grid;
  return { lr: tidy(lr), beta: Math.ceil(Math.max(...curvatures.map((c) => criticalBeta(lr, c))) * 1000) / 1000 };
}

// ---- words ---------------------------------------------------------------------------------------------------------

/** More digits near 1, where they matter. */
const factor = (rate) => (Math.abs(1 - rate) < 0.005 ? String(Number(rate.toPrecision(5))) : number(rate));

/** What the present setting does, in words. */
function describe({ lr, beta, curvatures, steps }, { path, divergedAt }) {
  const distance = `after ${steps} steps ${number(Math.hypot(...path.at(-1)))} from the minimum`;
  const outcome = divergedAt ? `diverges at step ${divergedAt}` : distance;
  return `Step size ${number(lr)}, momentum ${number(beta)}: ${outcome}. ${explain(lr, beta, curvatures)}`;
}

function explain(lr, beta, curvatures) {
  const runs = curvatures.map((c) => longRun(lr, beta, c)), most = limit(beta, curvatures);
  const steep = curvatures[1] >= curvatures[0] ? 1 : 0, slower = runs[0].rate >= runs[1].rate ? 0 : 1;
  if (lr >= most) {
    const formula = `2(1 + ${number(beta)})/${number(curvatures[steep])} = ${number(most)}`;
    return `The step size is ${lr > most ? "above" : "at"} the limit ${formula}: ` +
      `in the long run each step multiplies the steep direction by ${factor(runs[steep].rate)}.`;
  }
  const both = runs.every((run) => run.motion === "oscillating");
  const subject = both ? "both directions" : `the ${slower === steep ? "steep" : "shallow"} direction, the slower one,`;
  const { rate, motion } = runs[slower];
  return `In the long run each step multiplies ${subject} by ${factor(rate)}, ${motion}: ` +
    `ten times closer takes ${number(stepsPerTen(rate))} steps.`;
}

// ---- panels --------------------------------------------------------------------------------------------------------

function bowlPanel(id, { curvatures, constants: { view: [wide, tall] } }) {
  const p = panel({ id: `${id}-bowl`, title: "The path down the bowl", height: 254,
    x: [-wide, wide], y: [-tall, tall],
    xTicks: marks([-3, -2, -1, 0, 1, 2, 3]), xLabel: `w₁ (curvature ${number(curvatures[0])})`,
    yTicks: marks([-1, 0, 1]), yLabel: `w₂ (curvature ${number(curvatures[1])})` });
  const [cx, cy] = [p.x(0), p.y(0)];
  const radius = (k, i) => 0.2 * k * Math.sqrt(Math.max(...curvatures) / curvatures[i]); // of the k-th level line
  const rings = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((k) =>
    shape("ellipse", { class: "ring", cx, cy, rx: p.x(radius(k, 0)) - cx, ry: cy - p.y(radius(k, 1)) }));
  const path = stroke("path"), points = stroke("points");
  const minimum = stroke("minimum", `M${cx - 5} ${cy}h10M${cx} ${cy - 5}v10`);
  p.inside.append(...rings, path, points, minimum, caption(cx + 8, cy + 15, "small", "minimum"));
  const show = (run) => {
    const pixels = run.path.map(([a, b]) => [p.x(a), p.y(b)]);
    path.setAttribute("d", line(pixels));
    points.setAttribute("d", dots(pixels));
  };
  return { ...p, show };
}

function distancePanel(id, steps) {
  const p = panel({ id: `${id}-distance`, title: "Distance to the minimum", height: 230, x: [0, steps], y: [-8.5, 2.5],
    xTicks: marks(QUARTERS.map((part) => Math.round(part * steps))), xLabel: "step",
    yTicks: marks(POWERS, power), yLabel: "distance (log scale)" });
  const grid = stroke("grid", POWERS.map((n) => `M${p.left} ${p.y(n)}H${p.right}`).join(""));
  const plain = stroke("plain"), path = stroke("path");
  p.inside.append(grid, plain, path,
    ...key("path", "this setting", p.left + 8, p.bottom - 28),
    ...key("plain", "without momentum", p.left + 8, p.bottom - 11));
  const height = (w) => p.y(Math.log10(Math.max(Math.hypot(...w), 1e-30))); // a distance of 0 has no logarithm
  const curve = (run) => line(run.path.map((w, step) => [p.x(step), height(w)]));
  const show = (run, without) => {
    path.setAttribute("d", curve(run));
    plain.setAttribute("d", curve(without));
  };
  return { ...p, show };
}

/** The plane of settings: regions laid over each other from the slowest to the fastest, and the key to their shades. */
function planePanel(id, setting) {
  const { curvatures, constants: { most_lr: most } } = setting, optimum = best(setting), high = Math.max(...curvatures);
  const p = panel({ id: `${id}-plane`, title: "Steps to come ten times closer", height: 300, foot: 34,
    x: [0, most], xTicks: marks(QUARTERS.map((part) => part * most)), xLabel: "step size",
    y: [0, 1], yTicks: marks(QUARTERS), yLabel: "momentum β" });
  const { left, right, top, bottom } = p, hatch = `${id}-hatch`, diverging = { fill: `url(#${hatch})` };
  const outline = (settings) => line(settings.map(([lr, beta]) => [p.x(lr), p.y(beta)]));
  const rates = [1, ...[...LEVELS].reverse().map((steps) => 10 ** (-1 / steps))];
  const along = Array.from({ length: 401 }, (_, i) => (i / 400) * most);
  const stable = ([lr, beta]) => lr < limit(beta, curvatures);
  const critical = (c) => along.map((lr) => [lr, criticalBeta(lr, c)]).filter(stable);
  const beyond = `${p.x(2 / high)},${bottom} ${p.x(4 / high)},${top} ${right},${top} ${right},${bottom}`;
  p.inside.append(
    shape("pattern", { id: hatch, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      stroke("hatch", "M0 0V7")),
    shape("polygon", { ...diverging, points: beyond }),
    ...rates.map((rate, i) => stroke(`shade shade-${i}`, outline(region(rate, curvatures)))),
    ...curvatures.map((c) => stroke("critical", outline(critical(c)))),
    stroke("boundary", outline([[2 / high, 0], [4 / high, 1]])),
    stroke("optimum", `M${p.x(optimum.lr)} ${p.y(optimum.beta) - 6}l6 6l-6 6l-6 -6z`),
    caption(p.x(0.75 * most), p.y(0.25), "small middle", "diverges"),
    caption(p.x(0.75 * most), p.y(0.17), "small middle", `step size > 2(1 + β)/${number(high)}`));
  const foot = p.height - 22, width = (right - left) / (rates.length + 1), cell = { x: left, y: foot, height: 9 };
  p.svg.append(
    ...rates.map((_, i) => shape("rect", { ...cell, class: `shade shade-${i}`, width: width * (rates.length - i) })),
    shape("rect", { ...cell, ...diverging, x: right - width, width }),
    ...LEVELS.map((level, i) => caption(left + (i + 1) * width, foot + 21, "tick middle", level)),
    caption(right - width / 2, foot + 21, "tick middle", "never"));
  return p;
}

// ---- controls ------------------------------------------------------------------------------------------------------

/** Draws the figure into `el` and keeps it in step with `lr`, `beta` and `start` of `model`; its bowl is fixed. */
function render({ model, el }) {
  const { id, read, first, status, set, reset, mount } = wire(model, ["lr", "beta", "start"], ["curvatures", "steps"]);
  const { curvatures, steps, constants: { most_lr: most, most_beta: mostBeta, view: [wide, tall] } } = first;
  const grid = tidy(most / 200), small = tidy(most / 10); // small: 0.02
  const bowl = bowlPanel(id, first), distance = distancePanel(id, steps), plane = planePanel(id, first);

  const moveStart = (a, b) => set({ start: [snap(a, -wide, wide, 0.01), snap(b, -tall, tall, 0.01)] });
  const bowlStage = stage(bowl, moveStart), start = handle(bowl, bowlStage, { role: "slider", tabindex: 0,
    "aria-label": "Start point", "aria-describedby": `${id}-hint`, "aria-valuemin": -wide, "aria-valuemax": wide },
    moveStart);
  arrowKeys(start.node, (right, up, further) => {
    const stride = further ? 0.5 : 0.1, [a, b] = read().start;
    moveStart(a + stride * right, b + stride * up);
  });
  // From the keyboard the two sliders do what the dot in the plane does, so the dot is for the pointer alone.
  const moveSetting = (a, b) => set({ lr: snap(a, grid, most, grid), beta: snap(b, 0, mostBeta, 0.001) });
  const planeStage = stage(plane, moveSetting);
  const setting = handle(plane, planeStage, { "aria-hidden": "true" }, moveSetting);
  const lr = slider(`${id}-lr`, "Step size", { min: grid, max: tidy(most), step: grid }, (value) => set({ lr: value }));
  const beta = slider(`${id}-beta`, "Momentum", { min: 0, max: mostBeta, step: 0.001 }, (value) => set({ beta: value }));
  const presets = buttons({
    "No momentum": () => set({ lr: small, beta: 0 }), "Momentum 0.99": () => set({ lr: small, beta: 0.99 }),
    "Best for this bowl": () => set(best(first)), Reset: reset,
  });
  const help = "Drag the start point, or move it with the arrow keys (Shift: further).";
  const legend = "Drag the dot to set both. The diamond is the best setting. " +
    "Dotted: critical damping of each direction; above both lines both oscillate.";
  const columns = [[bowlStage.node, hint(help, { id: `${id}-hint` }), lr.node, beta.node, presets, status],
    [stage(distance).node, planeStage.node, hint(legend)]];

  const show = (now) => {
    const run = simulate(now), [a, b] = now.start;
    bowl.show(run);
    distance.show(run, simulate({ ...now, beta: 0 }));
    start.place(a, b);
    start.node.setAttribute("aria-valuenow", a);
    start.node.setAttribute("aria-valuetext", `w1 ${number(a)}, w2 ${number(b)}`);
    setting.place(now.lr, now.beta);
    lr.show(now.lr, `${number(now.lr)} (stable below ${number(limit(now.beta, curvatures))})`);
    beta.show(now.beta);
    return describe(now, run);
  };
  return mount(el, "momentum", columns, [bowl, distance, plane], show);
}

export default { render, simulate };
