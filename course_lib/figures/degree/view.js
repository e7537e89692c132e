// The live figure of under- and overfitting: polynomials on noisy points, judged on the fold that is held out. First the
// mathematics and the words, then the panels, then the controls. What it shares with other figures is in base.js.

const [FLOOR, CEILING] = [1e-3, 1e3]; // errors beyond are drawn at these

// ---- mathematics -------------------------------------------------------------------------------------------------

/** Legendre's polynomials of degree 0 to `degree` at x in [0, 1]: nearly independent of each other, where powers are not. */
function legendre(x, degree) {
  const t = 2 * x - 1, values = [1, t];
  for (let k = 1; k < degree; k++) values.push(((2 * k + 1) * t * values[k] - k * values[k - 1]) / (k + 1));
  return values.slice(0, degree + 1);
}

/** The coefficients of the least-squares polynomial, by Householder's reflections of the columns (QR). */
function fit(points, degree) {
  const rows = points.map(([x, y]) => [...legendre(x, degree), y]); // the targets are the last column
  for (let k = 0; k <= degree; k++) {
    const v = rows.map((row, i) => (i < k ? 0 : row[k])), size = Math.hypot(...v);
    v[k] += v[k] < 0 ? -size : size; // away from 0, so that nothing cancels
    const square = v.reduce((total, value) => total + value * value, 0);
    for (let j = k; j <= degree + 1; j++) {
      const scale = (2 * rows.reduce((total, row, i) => total + v[i] * row[j], 0)) / square;
      rows.forEach((row, i) => (row[j] -= scale * v[i]));
    }
  }
  const coefficients = Array(degree + 1).fill(0);
  for (let k = degree; k >= 0; k--) {
    const known = coefficients.reduce((total, value, j) => (j > k ? total + value * rows[k][j] : total), 0);
    coefficients[k] = (rows[k][degree + 1] - known) / rows[k][k];
  }
  return coefficients;
}

const value = (coefficients, x) =>
  legendre(x, coefficients.length - 1).reduce((total, basis, k) => total + basis * coefficients[k], 0);
const mean = (values) => values.reduce((total, one) => total + one, 0) / values.length;
const rmse = (coefficients, points) => Math.sqrt(mean(points.map(([x, y]) => (value(coefficients, x) - y) ** 2)));

/** The points that a fold leaves for training, and those that it holds out. */
const parts = (points, folds, fold) => [points.filter((_, i) => folds[i] !== fold), points.filter((_, i) => folds[i] === fold)];

/** Training and held-out errors: for each fold a list with a pair for each degree. */
const errors = ({ points, folds, constants }) => constants.folds.map((fold) => {
  const [kept, heldOut] = parts(points, folds, fold);
  return constants.degrees.map((degree) => {
    const coefficients = fit(kept, degree);
    return [rmse(coefficients, kept), rmse(coefficients, heldOut)];
  });
});

/** Of the held-out errors of each degree: the mean over the folds, the smallest and the largest. */
const overFolds = (all) => all[0].map((_, degree) => {
  const heldOut = all.map((fold) => fold[degree][1]);
  return { mean: mean(heldOut), low: Math.min(...heldOut), high: Math.max(...heldOut) };
});

/** The same as in Python: the coefficients of this fold and degree, the errors of this fold, their mean over the folds. */
function simulate(setting) {
  const { degree, fold, points, folds } = setting, all = errors(setting), own = all[fold - 1];
  return {
    coefficients: fit(parts(points, folds, fold)[0], degree),
    train: own.map(([train]) => train), heldOut: own.map(([, heldOut]) => heldOut),
    mean: overFolds(all).map((over) => over.mean),
  };
}

const smallest = (values) => values.indexOf(Math.min(...values));

// ---- words -------------------------------------------------------------------------------------------------------

function describe({ degree, fold, points, folds }, all) {
  const [train, heldOut] = all[fold - 1][degree], [kept, held] = parts(points, folds, fold);
  const means = overFolds(all).map((over) => over.mean), best = smallest(means);
  const own = smallest(all[fold - 1].map((pair) => pair[1]));
  const rank = degree === best ? "the smallest of all degrees" : `smallest at degree ${best}: ${number(means[best])}`;
  const other = own === best ? "This fold alone says the same." : `This fold alone would say degree ${own}.`;
  return `Degree ${degree}, fold ${fold} held out: root mean squared error ${number(train)} on the ${kept.length} training ` +
    `points, ${number(heldOut)} on the ${held.length} held-out points. The mean held-out error of the five folds is ` +
    `${number(means[degree])}, ${rank}. ${other}`;
}

// ---- panels ------------------------------------------------------------------------------------------------------

const XS = Array.from({ length: 213 }, (_, i) => (i - 6) / 200);
const disc = (r) => ([x, y]) => `M${near(x - r)} ${near(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
const xAxis = { x: [-0.03, 1.03], xTicks: marks([0, 0.25, 0.5, 0.75, 1]), xLabel: "x" };

function fitPanel(id, reach) {
  const p = panel({ id: `${id}-fit`, title: "The fit", height: 256, ...xAxis,
    y: [-reach, reach], yTicks: marks([-2, -1, 0, 1, 2].map((part) => (part * reach) / 2)), yLabel: "y" });
  const pixels = (points) => points.map(([x, y]) => [p.x(x), p.y(y)]);
  const truth = stroke("truth", line(pixels(XS.map((x) => [x, Math.sin(2 * Math.PI * x)]))));
  const gaps = stroke("gap"), curve = stroke("curve"), kept = stroke("kept"), held = stroke("held");
  p.inside.append(truth, gaps, curve, kept, held);
  p.svg.append(...key("curve", "fit", 216, 12), ...key("truth", "true sine", 268, 12));
  const show = ({ degree, fold, points, folds }) => {
    const [training, heldOut] = parts(points, folds, fold), coefficients = fit(training, degree);
    const at = (x) => value(coefficients, x);
    curve.setAttribute("d", line(pixels(XS.map((x) => [x, at(x)]))));
    gaps.setAttribute("d", heldOut.map(([x, y]) => line(pixels([[x, y], [x, at(x)]]))).join(""));
    kept.setAttribute("d", pixels(training).map(disc(3.4)).join(""));
    held.setAttribute("d", pixels(heldOut).map(disc(4.6)).join(""));
  };
  return { ...p, show };
}

/** One row for each fold: all points at their x, those of the fold hollow. */
function foldPanel(id, { points, folds, constants: { folds: rows } }) {
  const p = panel({ id: `${id}-folds`, title: "Which points are held out", height: 196, ...xAxis,
    y: [rows.at(-1) + 0.6, rows[0] - 0.6], yTicks: marks(rows), yLabel: "fold" });
  const band = shape("rect", { class: "band", x: p.left, width: p.right - p.left, height: p.y(2) - p.y(1) });
  const row = (fold, own) => points.filter((_, i) => (folds[i] === fold) === own).map(([x]) => [p.x(x), p.y(fold)]);
  p.inside.append(band, ...rows.flatMap((fold) => [
    stroke("kept", row(fold, false).map(disc(2.6)).join("")), stroke("held", row(fold, true).map(disc(3.6)).join(""))]));
  const show = ({ fold }) => band.setAttribute("y", p.y(fold - 0.5));
  return { ...p, show };
}

const height = (error) => Math.log10(Math.min(CEILING, Math.max(FLOOR, error)));

function errorPanel(id, all) {
  const over = overFolds(all), drawn = all.flat(2).map(height);
  const [low, high] = [Math.floor(2 * Math.min(...drawn)) / 2, Math.ceil(2 * Math.max(...drawn)) / 2];
  const decades = [-3, -2, -1, 0, 1, 2, 3].filter((n) => n >= low && n <= high);
  const p = panel({ id: `${id}-errors`, title: "Error of each degree", height: 300, y: [low, high],
    x: [-0.5, all[0].length - 0.5], xTicks: marks([0, 2, 4, 6, 8, 10, 12, 14]), xLabel: "degree of the polynomial",
    yTicks: marks(decades, (n) => number(10 ** n)), yLabel: "root mean squared error (log scale)" });
  const pixels = (values) => values.map((error, degree) => [p.x(degree), p.y(height(error))]);
  const spread = [...pixels(over.map(({ low: least }) => least)), ...pixels(over.map(({ high: most }) => most)).reverse()];
  const means = over.map((one) => one.mean), best = smallest(means), [bx, by] = pixels(means)[best];
  const now = stroke("now"), train = stroke("train"), heldOut = stroke("heldout");
  p.inside.append(stroke("grid", decades.map((n) => `M${p.left} ${p.y(n)}H${p.right}`).join("")),
    stroke("spread", `${line(spread)}z`), now, train, stroke("mean", line(pixels(means))), heldOut,
    stroke("best", `M${bx} ${by - 6}l6 6l-6 6l-6 -6z`),
    ...key("heldout", "held-out points of this fold", p.left + 8, p.top + 16),
    ...key("mean", "mean over the five folds", p.left + 8, p.top + 33),
    ...key("train", "training points", p.left + 8, p.top + 50));
  const show = ({ degree, fold }) => {
    const own = all[fold - 1];
    train.setAttribute("d", line(pixels(own.map((pair) => pair[0]))));
    heldOut.setAttribute("d", line(pixels(own.map((pair) => pair[1]))));
    now.setAttribute("d", `M${p.x(degree)} ${p.bottom}V${p.y(height(own[degree][1]))}`);
  };
  return { ...p, show };
}

// ---- controls ----------------------------------------------------------------------------------------------------

/** Draws the figure into `el` and keeps it in step with `degree` and `fold` of `model`; the points stay. */
function render({ model, el }) {
  const { id, first, status, set, reset, mount } = wire(model, ["degree", "fold"], ["points", "folds"]);
  const { points, folds, constants } = first, all = errors(first), best = smallest(overFolds(all).map((over) => over.mean));
  const lastFold = constants.folds.at(-1), highest = constants.degrees.at(-1);
  const fitted = fitPanel(id, constants.reach), failed = errorPanel(id, all), rows = foldPanel(id, first);

  const fittedStage = stage(fitted, (x, y) => {
    const away = points.map((point) => Math.hypot(fitted.x(point[0]) - fitted.x(x), fitted.y(point[1]) - fitted.y(y)));
    set({ fold: folds[smallest(away)] });
  });
  const rowsStage = stage(rows, (_, y) => set({ fold: snap(y, 1, lastFold, 1) }));
  // From the keyboard the slider does what the dot does, so the dot is for the pointer alone.
  const moveDegree = (x) => set({ degree: snap(x, 0, highest, 1) });
  const failedStage = stage(failed, moveDegree);
  const dot = handle(failed, failedStage, { "aria-hidden": "true" }, moveDegree);
  const degree = slider(`${id}-degree`, "Degree of the polynomial", { min: 0, max: highest, step: 1 },
    (chosen) => set({ degree: chosen }));
  const fold = slider(`${id}-fold`, "Fold that is held out", { min: 1, max: lastFold, step: 1 },
    (chosen) => set({ fold: chosen }));
  const row = buttons({ "Stiff: degree 1": () => set({ degree: 1 }), "Smallest mean error": () => set({ degree: best }),
    [`Wild: degree ${highest}`]: () => set({ degree: highest }), Reset: reset });
  const help = "Blue points train, hollow orange points are held out: the dashes from them to the curve are its errors. Click " +
    "a point or a row to hold out its fold; drag the dot to change the degree. Grey: from the best to the worst fold. " +
    "The diamond is the smallest mean.";
  const columns = [[fittedStage.node, degree.node, fold.node, row, status],
    [failedStage.node, rowsStage.node, hint(help)]];

  const show = (now) => {
    const [kept, held] = parts(points, folds, now.fold);
    [fitted, failed, rows].forEach((p) => p.show(now));
    dot.place(now.degree, height(all[now.fold - 1][now.degree][1]));
    degree.show(now.degree);
    fold.show(now.fold, `${now.fold} (${kept.length} train, ${held.length} held out)`);
    return describe(now, all);
  };
  return mount(el, "degree", columns, [fitted, failed, rows], show);
}

export default { render, simulate };
