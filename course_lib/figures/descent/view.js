// The live figure of gradient descent: a surface, a start and a step size; the path, the length of the gradient and the
// step size times the largest curvature, whose limit is 2. First the mathematics and the words as pure functions, then
// the panels, then the controls. What it shares with other figures is in base.js.

const LEVELS = 10; // lines of equal height, evenly spaced in the logarithm, as `plots.contours` has them
const CELLS = [44, 33]; // of the grid on which they are found
const POWERS = [-9, -6, -3, 0, 3]; // of ten, on the axis of the gradient
const TOP = 4; // of the axis of step size times curvature

// ---- mathematics ---------------------------------------------------------------------------------------------------

/** Of each surface: the height, both slopes, the Hessian [f11, f12, f22], where it is flat, and what it has there. */
const SURFACES = {
  bowl: {
    height: (x, y) => 0.5 * (x * x + 10 * y * y), slope: (x, y) => [x, 10 * y], hessian: () => [1, 0, 10],
    flat: [[0, 0, "minimum"]],
  },
  valley: {
    height: (x, y) => (1 - x) ** 2 + (y - x * x) ** 2,
    slope: (x, y) => [-2 * (1 - x) - 4 * x * (y - x * x), 2 * (y - x * x)],
    hessian: (x, y) => [2 - 4 * (y - 3 * x * x), -4 * x, 2], flat: [[1, 1, "minimum"]],
  },
  wells: {
    height: (x, y) => (x * x - 1) ** 2 + 0.3 * x + y * y, slope: (x, y) => [4 * x * (x * x - 1) + 0.3, 2 * y],
    hessian: (x) => [12 * x * x - 4, 0, 2], // its flat places solve x³ − x + 0.075 = 0
    flat: [[-1.0355, 0, "lower"], [0.9602, 0, "upper"]],
  },
  saddle: {
    height: (x, y) => x * x - y * y, slope: (x, y) => [2 * x, -2 * y], hessian: () => [2, 0, -2],
    flat: [[0, 0, "flat"]],
  },
};

/** The larger eigenvalue of a symmetric matrix of two rows. */
const largest = ([a, b, d]) => (a + d) / 2 + Math.hypot((a - d) / 2, b);

/** Plain descent: the path, and at each point the length of the gradient and the largest curvature. */
function simulate({ surface, start, lr, steps, constants: { far, small } }) {
  const { slope, hessian } = SURFACES[surface], path = [[...start]];
  let goneAt = null;
  while (path.length <= steps && goneAt === null) {
    const w = path.at(-1), g = slope(...w), next = w.map((value, i) => value - lr * g[i]);
    path.push(next);
    if (!next.every((value) => Math.abs(value) <= far)) goneAt = path.length - 1;
  }
  const slopes = path.map((w) => Math.hypot(...slope(...w))), first = slopes.findIndex((length) => length <= small);
  return { path, slopes, curvatures: path.map((w) => largest(hessian(...w))), goneAt, smallAt: first < 0 ? null : first };
}

/** Pieces of the lines where a surface has a height of `levels`, each [[x, y], [x, y]], from the triangles of a grid. */
function contours(height, [wide, tall], levels) {
  const [columns, rows] = CELLS, pieces = [];
  const at = (i, j) => {
    const x = -wide + (2 * wide * i) / columns, y = -tall + (2 * tall * j) / rows;
    return [x, y, height(x, y)];
  };
  const corners = [...Array(columns + 1).keys()].map((i) => [...Array(rows + 1).keys()].map((j) => at(i, j)));
  const cross = (triangle, level) => triangle.flatMap((p, k) => {
    const q = triangle[(k + 1) % 3], part = (level - p[2]) / (q[2] - p[2]);
    return (p[2] < level) === (q[2] < level) ? [] : [[p[0] + part * (q[0] - p[0]), p[1] + part * (q[1] - p[1])]];
  });
  const heights = levels(corners.flat());
  for (let i = 0; i < columns; i++) for (let j = 0; j < rows; j++) {
    const [a, b, c, d] = [corners[i][j], corners[i + 1][j], corners[i + 1][j + 1], corners[i][j + 1]];
    for (const level of heights) for (const triangle of [[a, b, c], [a, c, d]]) {
      const piece = cross(triangle, level);
      if (piece.length === 2) pieces.push(piece);
    }
  }
  return pieces;
}

/** Heights evenly spaced in the logarithm of the height above the lowest corner. */
function spaced(corners) {
  const heights = corners.map(([, , height]) => height), low = Math.min(...heights), range = Math.max(...heights) - low;
  const floor = 1e-3 * range, part = (k) => (k + 1) / (LEVELS + 1);
  return [...Array(LEVELS).keys()].map((k) => low + floor * (1001 ** part(k) - 1));
}

// ---- words ---------------------------------------------------------------------------------------------------------

const named = ({ surface, constants: { labels } }) => labels.find(([name]) => name === surface)[1];

/** What the present setting does, in words. */
function describe(now, { path, slopes, curvatures, goneAt, smallAt }) {
  const { surface, lr, steps, constants: { far, small } } = now, intro = `Step size ${number(lr)} on the ${named(now)}`;
  const product = (index) => `step size × largest curvature is ${number(lr * curvatures.at(index))}`;
  if (goneAt !== null && surface === "saddle") {
    return `${intro}: past the flat point and down for ever, beyond ${far} at step ${goneAt}. This surface has no minimum.`;
  }
  if (goneAt !== null) {
    return `${intro}: it diverges, beyond ${far} at step ${goneAt}. At the start ${product(0)}; the limit is 2.`;
  }
  const rule = smallAt === null ? `not once below ${small}` : `for the first time below ${small} at step ${smallAt}`;
  const place = path.at(-1).map((value) => fixed(value)).join(", ");
  return `${intro}: after ${steps} steps at (${place}). The gradient is ${number(slopes.at(-1))} long there, ${rule}. ` +
    `Here ${product(-1)}; the limit is 2.`;
}

// ---- panels --------------------------------------------------------------------------------------------------------

function mapPanel(id, { constants: { view: [wide, tall] } }) {
  const p = panel({ id: `${id}-map`, title: "The path from above", height: 290, x: [-wide, wide], y: [-tall, tall],
    xTicks: marks([-2, -1, 0, 1, 2]), xLabel: "w₁", yTicks: marks([-1, 0, 1]), yLabel: "w₂" });
  const level = stroke("level"), flat = stroke("flat"), words = shape("g", {});
  const path = stroke("path"), points = stroke("points");
  const plus = (x, y) => `M${near(x - 5)} ${near(y)}h10M${near(x)} ${near(y - 5)}v10`;
  p.inside.append(level, path, points, flat, words);
  const pixels = (corners) => corners.map(([x, y]) => [p.x(x), p.y(y)]);
  let drawn = null;
  const drawSurface = (surface) => {
    if (surface === drawn) return;
    drawn = surface;
    const { height, flat: places } = SURFACES[surface];
    level.setAttribute("d", contours(height, [wide, tall], spaced).map((piece) => line(pixels(piece))).join(""));
    flat.setAttribute("d", pixels(places).map(([x, y]) => plus(x, y)).join(""));
    words.replaceChildren(...places.map(([x, y, word]) => caption(p.x(x) + 8, p.y(y) + 15, "small halo", word)));
  };
  const show = ({ surface }, run) => {
    drawSurface(surface);
    path.setAttribute("d", line(pixels(run.path)));
    points.setAttribute("d", dots(pixels(run.path)));
  };
  return { ...p, show };
}

function slopePanel(id, { steps, constants: { small } }) {
  const p = panel({ id: `${id}-slope`, title: "Length of the gradient", height: 215, x: [0, steps], y: [-10, 4],
    xTicks: marks([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * steps))), xLabel: "step",
    yTicks: marks(POWERS, power), yLabel: "length (log scale)" });
  const grid = stroke("grid", POWERS.map((n) => `M${p.left} ${p.y(n)}H${p.right}`).join("")), path = stroke("path");
  const stop = p.y(Math.log10(small));
  p.inside.append(grid, stroke("limit", `M${p.left} ${stop}H${p.right}`), path,
    shape("text", { x: p.right - 6, y: stop - 5, class: "small end halo" }, `a stopping rule: ${small}`));
  const height = (length) => p.y(Math.log10(Math.max(length, 1e-30))); // a gradient of 0 has no logarithm
  const show = (now, run) => path.setAttribute("d", line(run.slopes.map((length, step) => [p.x(step), height(length)])));
  return { ...p, show };
}

function limitPanel(id, { steps }) {
  const p = panel({ id: `${id}-limit`, title: "Step size × largest curvature (the limit is 2)", height: 215, x: [0, steps], y: [-1, TOP],
    xTicks: marks([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * steps))), xLabel: "step",
    yTicks: marks([0, 1, 2, 3, 4]), yLabel: "α × curvature (no unit)" });
  const path = stroke("path"), points = stroke("points");
  p.inside.append(stroke("limit", `M${p.left} ${p.y(2)}H${p.right}`), path, points);
  const show = ({ lr }, run) => {
    const pixels = run.curvatures.map((curvature, step) => [p.x(step), p.y(lr * curvature)]);
    path.setAttribute("d", line(pixels));
    points.setAttribute("d", dots(pixels.slice(0, 1)));
  };
  return { ...p, show };
}

// ---- controls ------------------------------------------------------------------------------------------------------

/** Draws the figure into `el` and keeps it in step with `surface`, `start` and `lr` of `model`. */
function render({ model, el }) {
  const { id, read, first, status, set, reset, mount } = wire(model, ["surface", "start", "lr"], ["steps"]);
  const { constants: { labels, starts, view: [wide, tall], most_lr: most } } = first;
  const map = mapPanel(id, first), slope = slopePanel(id, first), limit = limitPanel(id, first);

  const choices = buttons(Object.fromEntries(labels.map(([surface, label]) =>
    [label, () => set({ surface, start: [...starts[surface]] })])));
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "Surface");

  const moveStart = (x, y) => set({ start: [snap(x, -wide, wide, 0.01), snap(y, -tall, tall, 0.01)] });
  const mapStage = stage(map, moveStart), start = handle(map, mapStage, { role: "slider", tabindex: 0,
    "aria-label": "Start point", "aria-describedby": `${id}-hint`, "aria-valuemin": -wide, "aria-valuemax": wide },
    moveStart);
  arrowKeys(start.node, (right, up, further) => {
    const stride = further ? 0.5 : 0.1, [x, y] = read().start;
    moveStart(x + stride * right, y + stride * up);
  });
  const lr = slider(`${id}-lr`, "Step size", { min: 0.005, max: most, step: 0.005 }, (value) => set({ lr: value }));
  const goal = "First task: on the narrow bowl, find the step size with which the gradient is short soonest, and the one " +
    "with which it never gets shorter. Then try the saddle, and move the start by a hair.";
  const help = "Drag the start point, or move it with the arrow keys (Shift: further). Lines are equal heights.";
  const columns = [[hint(goal), choices, mapStage.node, lr.node, buttons({ Reset: reset })],
    [stage(slope).node, stage(limit).node, status, hint(help, { id: `${id}-hint` })]];

  const show = (now) => {
    const run = simulate(now), [x, y] = now.start;
    [map, slope, limit].forEach((p) => p.show(now, run));
    labels.forEach(([name], i) => choices.children[i].setAttribute("aria-pressed", name === now.surface));
    start.place(x, y);
    start.node.setAttribute("aria-valuenow", x);
    start.node.setAttribute("aria-valuetext", `w1 ${number(x)}, w2 ${number(y)}`);
    lr.show(now.lr);
    return describe(now, run);
  };
  return mount(el, "descent", columns, [map, slope, limit], show);
}

export default { render, simulate };
