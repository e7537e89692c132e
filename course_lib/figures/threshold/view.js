// The live figure of the threshold: move it, and see the confusion matrix and the points on both curves follow. Make the
// positive class rarer, and see which of the curves moves. First the mathematics and the words as pure functions, then
// the panels, then the controls. What it shares with other figures is in base.js.

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const SIDES = [0, 1]; // of the threshold, and classes

// ---- mathematics -------------------------------------------------------------------------------------------------

const half = ({ probabilities }) => (probabilities ? 0.5 : 0); // where the probability is one half
const count = (targets, label) => targets.filter((target) => target === label).length;
const shareOf = (targets) => count(targets, 1) / targets.length;

/** A threshold for each group of examples that can be told apart, from the highest, where no example is above it. */
function cuts({ scores, constants: { ends: [low, high] } }) {
  const different = [...new Set(scores)].sort((a, b) => b - a);
  const below = different.map((score, i) => (i + 1 < different.length ? (score + different[i + 1]) / 2 : low));
  return [high, ...below];
}

/**
 * The counts [[true negatives, false positives], [false negatives, true positives]], class 1 being called where the score
 * is above the threshold; their shares, were class 1 as common as `prevalence`; measures, and both curves from
 * the highest threshold to the lowest. Precision has no value (NaN) where nothing is called 1.
 */
function simulate(setting) {
  const { scores, targets, threshold, prevalence } = setting;
  const sizes = SIDES.map((label) => count(targets, label)), weights = [1 - prevalence, prevalence];
  const callsAt = (cut) => SIDES.map((label) => {
    const called = scores.filter((score, i) => targets[i] === label && score > cut).length;
    return [sizes[label] - called, called];
  });
  const counts = callsAt(threshold);
  const shares = counts.map((row, label) => row.map((value) => (weights[label] * value) / sizes[label]));
  const [[tn, fp], [, tp]] = shares;
  const calls = cuts(setting).map((cut) => callsAt(cut).map((row) => row[1]));
  const [fprs, tprs] = SIDES.map((side) => calls.map((values) => values[side] / sizes[side]));
  const precisions = tprs.map((tpr, k) => (prevalence * tpr) / (prevalence * tpr + (1 - prevalence) * fprs[k]));
  const steps = tprs.slice(1).map((tpr, k) => [fprs[k + 1] - fprs[k], tpr - tprs[k], tpr + tprs[k], precisions[k + 1]]);
  return {
    counts, shares, fprs, tprs, precisions, accuracy: tn + tp, precision: tp / (tp + fp), recall: counts[1][1] / sizes[1],
    fpr: counts[0][1] / sizes[0],
    area: steps.reduce((total, [width, , heights]) => total + (width * heights) / 2, 0),
    average: steps.reduce((total, [, rise, , precision]) => total + rise * precision, 0),
  };
}

/** The threshold with the most right calls, were class 1 as common as `prevalence`; of several the highest. */
function mostAccurate(setting) {
  const { prevalence } = setting, { fprs, tprs } = simulate(setting);
  const right = tprs.map((tpr, k) => prevalence * tpr + (1 - prevalence) * (1 - fprs[k]));
  return cuts(setting)[right.findIndex((value) => value > Math.max(...right) - 1e-12)];
}

/** The highest threshold that finds every example of class 1. */
function missNone(setting) {
  const lowest = Math.min(...setting.scores.filter((_, i) => setting.targets[i] === 1));
  return cuts(setting).find((cut) => cut < lowest);
}

/** Rows of marks that don't overlap: of each x, in ascending order, the lowest row with room for it. */
function swarm(xs, room) {
  const last = [];
  return xs.map((x) => {
    const free = last.findIndex((other) => x - other >= room), row = free < 0 ? last.length : free;
    last[row] = x;
    return row;
  });
}

// ---- words -------------------------------------------------------------------------------------------------------

const percent = (share) => `${fixed(100 * share, 1)}\u00a0%`;
const isNatural = ({ targets, prevalence }) => prevalence === shareOf(targets);

/** The four numbers of the matrix as text: of the examples, or of a thousand cases with another share of class 1. */
function amounts(now, { counts, shares }) {
  if (isNatural(now)) return counts.map((row) => row.map(String));
  const cases = shares.map((row) => row.map((share) => now.constants.cases * share));
  return cases.map((row) => row.map((amount) => fixed(amount, amount < 100 ? 1 : 0)));
}

const basis = (now) => isNatural(now) ? `of ${now.targets.length} examples`
  : `of ${now.constants.cases} cases, ${percent(now.prevalence)} of them ${now.classes[1]}`;

/** The setting and what it gives. */
function describe(now, result) {
  const [[tn, fp], [fn, tp]] = amounts(now, result), nobody = Number.isNaN(result.precision);
  const precision = nobody ? `no precision, for nothing is called ${now.classes[1]}` : `precision ${percent(result.precision)}`;
  return `Threshold ${number(now.threshold)}, ${basis(now)}: ${tp} true positives, ${fp} false positives, ` +
    `${fn} false negatives, ${tn} true negatives. Accuracy ${percent(result.accuracy)}, ${precision}, ` +
    `recall ${percent(result.recall)}, false positive rate ${percent(result.fpr)}.`;
}

// ---- panels ------------------------------------------------------------------------------------------------------

/** A mark in pixels: a disc for class 0, a triangle for class 1. */
const disc = ([x, y]) => `M${near(x - 2.9)} ${near(y)}a2.9 2.9 0 1 0 5.8 0a2.9 2.9 0 1 0 -5.8 0z`;
const triangle = ([x, y]) => `M${near(x)} ${near(y - 3.9)}l3.7 6.5h-7.4z`;
const MARKS = [disc, triangle], KINDS = ["zero", "one"];
const outcome = (label, called) => `${KINDS[label]} ${label === called ? "right" : "wrong"}`;

/** The scores of class 0 above the middle, those of class 1 below it, and the threshold through both. */
function scoresPanel(id, { scores, targets, classes, constants: { ends: [low, high], probabilities: whole } }) {
  const stride = Math.max(1, Math.ceil((high - low) / 8));
  const ticks = whole ? TICKS : scores.map((_, i) => Math.ceil(low) + i * stride).filter((value) => value <= high);
  const p = panel({ id: `${id}-scores`, title: `${scores.length} examples by their score`, height: 286,
    x: [low, high], y: [-1, 1], xTicks: marks(ticks), xLabel: `${whole ? "predicted probability" : "logit"} of ${classes[1]}`,
    yTicks: [], yLabel: "true class" });
  const middle = (p.top + p.bottom) / 2, sides = SIDES.map((side) => shape("rect", { class: `side ${KINDS[side]}` }));
  const cut = stroke("cut"), groups = SIDES.map((label) => SIDES.map((called) => stroke(`mark ${outcome(label, called)}`)));
  const order = SIDES.map((label) => scores.map((_, i) => i).filter((i) => targets[i] === label)
    .sort((i, j) => scores[i] - scores[j]));
  const rows = order.map((row) => swarm(row.map((i) => p.x(scores[i])), 6.6));
  const space = Math.min(6.6, 78 / (Math.max(...rows.flat()) + 1)); // many rows lie closer
  const at = order.map((row, label) => row.map((i, k) =>
    [p.x(scores[i]), middle + (label ? 1 : -1) * (9 + space * rows[label][k])]));
  const name = (label) => shape("text", { class: "middle small",
    transform: `translate(36 ${(middle + (label ? p.bottom : p.top)) / 2}) rotate(-90)` }, classes[label]);
  const names = [`← called ${classes[0]}`, `called ${classes[1]} →`];
  const calls = SIDES.map((side) => caption(side ? p.right - 7 : p.left + 7, p.top + 15, side ? "small end" : "small", ""));
  p.inside.append(...sides, stroke("grid", `M${p.left} ${middle}H${p.right}`), ...groups.flat(), cut, ...calls);
  p.svg.append(name(0), name(1));
  const show = ({ threshold }) => {
    const x = p.x(threshold), shading = [[p.left, x], [x, p.right]];
    sides.forEach((side, i) => Object.entries({ x: near(shading[i][0]), y: p.top, height: p.bottom - p.top,
      width: near(Math.max(0, shading[i][1] - shading[i][0])) }).forEach(([attribute, value]) => side.setAttribute(attribute, value)));
    calls.forEach((text, i) => { // only where there is room beside the threshold
      text.textContent = shading[i][1] - shading[i][0] > 6 * names[i].length + 12 ? names[i] : "";
    });
    cut.setAttribute("d", `M${near(x)} ${p.top}V${p.bottom}`);
    groups.forEach((pair, label) => pair.forEach((group, called) => group.setAttribute("d", at[label]
      .filter((_, k) => scores[order[label][k]] > threshold === (called === 1)).map(MARKS[label]).join(""))));
  };
  return { ...p, show };
}

/** The four outcomes, each with a square whose area is its share. */
function matrixPanel(id, { classes }) {
  const p = drawing({ id: `${id}-matrix`, title: "Confusion matrix", height: 206 });
  const [left, top, width, height] = [104, 54, 120, 72], names = [["true negatives", "false positives"],
    ["false negatives", "true positives"]];
  const text = caption(344, 16, "small end", ""), hatch = `${id}-hatch`;
  const cells = SIDES.map((row) => SIDES.map((column) => {
    const [x, y] = [left + column * width, top + row * height];
    const square = shape("rect", { class: `square ${outcome(row, column)}` }), amount = caption(x + 112, y + 37, "amount end", "");
    if (row !== column) square.setAttribute("fill", `url(#${hatch}-${KINDS[row]})`);
    p.svg.append(shape("rect", { class: "frame", x, y, width, height }), square, amount,
      caption(x + 112, y + 62, "small end", names[row][column]));
    return { x: x + 30, y: y + 27, square, amount };
  }));
  p.svg.prepend(...SIDES.map((label) => shape("pattern", { id: `${hatch}-${KINDS[label]}`, width: 5, height: 5,
    patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, stroke(`hatch ${KINDS[label]}`, "M0 0V5"))));
  p.svg.append(text, ...SIDES.flatMap((label) => [
    caption(left + (label + 0.5) * width, top - 8, "small middle", `called ${classes[label]}`),
    caption(left - 20, top + (label + 0.5) * height + 4, "small end", classes[label]),
    stroke(`mark right ${KINDS[label]}`, MARKS[label]([left - 10, top + (label + 0.5) * height])),
  ]), shape("text", { transform: `translate(12 ${top + height}) rotate(-90)`, class: "middle" }, "true class"));
  const show = (now, result) => {
    text.textContent = isNatural(now) ? `of ${now.targets.length} examples` : `of ${now.constants.cases} cases`;
    amounts(now, result).forEach((row, i) => row.forEach((value, j) => {
      const { x, y, square, amount } = cells[i][j], size = 44 * Math.sqrt(result.shares[i][j]);
      amount.textContent = value;
      for (const [side, length] of Object.entries({ x: x - size / 2, y: y - size / 2, width: size, height: size })) {
        square.setAttribute(side, length.toFixed(2));
      }
    }));
  };
  return { ...p, show };
}

/** One of two small plots with axes from 0 to 1, side by side in one drawing. */
function smallPlot(p, left, xLabel, yLabel) {
  const [top, size] = [46, 132], bottom = top + size, right = left + size;
  const x = (value) => left + value * size, y = (value) => bottom - value * size;
  const ticks = [0, 0.5, 1], heading = caption(left + size, top - 10, "small end", "");
  const guess = stroke("guess"), curve = stroke("curve");
  p.svg.append(stroke("grid", `M${x(0.5)} ${top}V${bottom}M${left} ${y(0.5)}H${right}`), guess, curve,
    shape("rect", { class: "frame", x: left, y: top, width: size, height: size }),
    stroke("axis", ticks.map((value) => `M${x(value)} ${bottom}v4M${left} ${y(value)}h-4`).join("")),
    ...ticks.flatMap((value) => [caption(x(value), bottom + 16, "tick middle", value),
      caption(left - 6, y(value) + 4, "tick end", value)]),
    caption(left + size / 2, bottom + 33, "middle", xLabel), heading,
    shape("text", { transform: `translate(${left - 30} ${top + size / 2}) rotate(-90)`, class: "middle" }, yLabel));
  const show = (points, guessing, text) => {
    curve.setAttribute("d", line(points.map(([a, b]) => [x(a), y(b)])));
    guess.setAttribute("d", line(guessing.map(([a, b]) => [x(a), y(b)])));
    heading.textContent = text;
  };
  return { x, y, show, height: p.height };
}

/** Both curves: what every threshold would give. */
function curvesPanel(id) {
  const p = { ...drawing({ id: `${id}-curves`, title: "What every threshold would give", height: 214 }),
    data: (x, y) => [x, y] };
  const roc = smallPlot(p, 46, "false positive rate", "true positive rate");
  const pr = smallPlot(p, 222, "recall (= true pos. rate)", "precision");
  const show = ({ prevalence }, { fprs, tprs, precisions, area, average }) => {
    roc.show(fprs.map((fpr, k) => [fpr, tprs[k]]), [[0, 0], [1, 1]], `ROC curve, area ${fixed(area, 3)}`);
    // Steps: the recall between two thresholds is only reached at the lower one, with its precision.
    const steps = tprs.slice(1).flatMap((tpr, k) => [[tprs[k], precisions[k + 1]], [tpr, precisions[k + 1]]]);
    pr.show(steps, [[0, prevalence], [1, prevalence]], `average precision ${fixed(average, 3)}`);
  };
  return { ...p, roc, pr, show };
}

// ---- controls ----------------------------------------------------------------------------------------------------

/** Draws the figure into `el` and keeps it in step with `threshold` and `prevalence` of `model`; the examples stay. */
function render({ model, el }) {
  const { id, read, first, status, set, reset, mount } =
    wire(model, ["threshold", "prevalence"], ["scores", "targets", "classes"]);
  const { targets, classes, constants } = first, { rarest, probabilities, ends: [low, high] } = constants;
  const grid = probabilities ? 0.001 : 0.01;
  const examples = scoresPanel(id, first), matrix = matrixPanel(id, first), curves = curvesPanel(id);

  // From the keyboard the slider does what the dots do, so these are for the pointer alone.
  const move = (x) => set({ threshold: snap(x, low, high, grid) });
  const examplesStage = stage(examples, move), cut = handle(examples, examplesStage, { "aria-hidden": "true" }, move);

  const nearest = (plot, xs, ys) => (px, py) => {
    const away = xs().map((value, k) => Math.hypot(plot.x(value) - px, plot.y(ys()[k]) - py));
    const known = away.map((distance) => (Number.isNaN(distance) ? Infinity : distance));
    set({ threshold: cuts(first)[known.indexOf(Math.min(...known))] });
  };
  const result = () => simulate(read());
  const toRoc = nearest(curves.roc, () => result().fprs, () => result().tprs);
  const toPr = nearest(curves.pr, () => result().tprs, () => result().precisions);
  const curvesStage = stage(curves, (px, py) => (px < 190 ? toRoc : toPr)(px, py));
  const pixels = { x: (value) => value, y: (value) => value, height: curves.height };
  const onCurves = [toRoc, toPr].map((to) => handle(pixels, curvesStage, { "aria-hidden": "true" }, to));

  const most = shareOf(targets), widest = Math.log(most / rarest), rare = Math.min(0.01, most);
  const threshold = slider(`${id}-threshold`, "Threshold", { min: low, max: high, step: grid },
    (value) => set({ threshold: value }));
  const prevalence = slider(`${id}-prevalence`, `Share of ${classes[1]} cases`, { min: 0, max: 100, step: 1 },
    (place) => set({ prevalence: place === 100 ? most : rarest * Math.exp((widest * place) / 100) }));
  const row = buttons({
    [probabilities ? "Threshold 0.5" : "Threshold 0"]: () => set({ threshold: half(constants) }),
    "Most accurate": () => set({ threshold: mostAccurate(read()) }),
    "Miss none": () => set({ threshold: missNone(read()) }),
    [`${number(100 * rare)}\u00a0% ${classes[1]}`]: () => set({ prevalence: rare }), Reset: reset,
  });
  const meaning = `Discs are ${classes[0]}, triangles ${classes[1]}; hollow ones are on the wrong side of the threshold. ` +
    "Drag it, or the dot on a curve. The squares of the matrix have the area of their share.";
  const watch = `Dashed: guessing. Make ${classes[1]} cases rarer: which of the two curves moves?`;
  const columns = [[examplesStage.node, threshold.node, prevalence.node, row, status],
    [stage(matrix).node, curvesStage.node, hint(watch), hint(meaning)]];

  const show = (now) => {
    const at = simulate(now), { roc, pr } = curves;
    for (const p of [examples, matrix, curves]) p.show(now, at);
    cut.place(now.threshold, 0);
    onCurves[0].place(roc.x(at.fpr), roc.y(at.recall));
    onCurves[1].node.hidden = Number.isNaN(at.precision);
    if (!onCurves[1].node.hidden) onCurves[1].place(pr.x(at.recall), pr.y(at.precision));
    threshold.show(now.threshold);
    const kept = isNatural(now) ? " (as in the data)" : "";
    prevalence.show(Math.round((100 * Math.log(now.prevalence / rarest)) / widest), percent(now.prevalence) + kept);
    return describe(now, at);
  };
  return mount(el, "threshold", columns, [examples, matrix, curves], show);
}

export default { render, simulate };
