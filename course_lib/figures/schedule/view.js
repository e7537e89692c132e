// The live figure of the schedules: the rate over the steps, and the exact expected loss that it leaves on a noisy bowl.
// First the mathematics and the words, then the panels, then the controls. What it shares with other figures is in base.js.

// ---- mathematics -------------------------------------------------------------------------------------------------

const rounded = (value) => Math.floor(value + 0.5); // to a whole number, as Python does it
const wave = (a, b, done) => b + ((a - b) * (1 + Math.cos(Math.PI * done))) / 2; // half a cosine wave from a to b
const warmup = (n, then) => (t) => (t < n ? t / n : then(t - n));
const straight = (n) => (t) => 1 - Math.min(t, n) / n;

/** torch's two phases; the peak may lie between two steps, or before the first. */
function oneCycle(n, warm) {
  const peak = warm * n - 1, end = n - 1;
  return (t) => {
    const at = Math.min(t, end);
    if (at <= peak) return wave(1 / 25, 1, peak > 0 ? at / peak : 1);
    return wave(1, 1 / 25 / 1e4, (at - peak) / (end - peak));
  };
}

/** Each schedule: from the planned end and the steps of its warm-up to a function from the step to a factor of the peak. */
const KINDS = {
  constant: (end, up) => warmup(up, () => 1),
  step_decay: (end, up, { constants: { parts } }) =>
    warmup(up, (t) => 0.1 ** Math.floor(t / Math.ceil((end - up) / parts))),
  cosine: (end, up) => warmup(up, (t) => wave(1, 0, Math.min(t, end - up) / (end - up))),
  linear: (end, up) => warmup(up, straight(end - up)),
  one_cycle: (end, up, { warm }) => oneCycle(end, warm),
  wsd: (end, up, { constants: { share } }) => {
    const down = straight(rounded(share * end)), level = end - rounded(share * end) - up;
    return warmup(up, (t) => down(Math.max(t - level, 0)));
  },
  triangular: (end, up, setting) => {
    const side = sideOf(setting), into = (t) => t % (2 * side);
    return (t) => 0.25 + 0.75 * (Math.min(into(t), 2 * side - into(t)) / side);
  },
};
const upOf = ({ warm, horizon }) => rounded(warm * horizon);
const sideOf = (setting) => Math.max(setting.constants.least, upOf(setting));

/** The rates, the expected loss before each step and after the last, the same without noise, and a constant rate's floor. */
function simulate(setting) {
  const { schedule, peak, horizon, constants: { steps, curvatures, start, noise } } = setting;
  const factor = KINDS[schedule](horizon, upOf(setting), setting);
  const rates = Array.from({ length: steps }, (_, t) => peak * factor(t)), losses = [], noiseless = [];
  const mean = curvatures.map(() => start), variance = curvatures.map(() => 0);
  const half = (values) => 0.5 * curvatures.reduce((total, c, i) => total + c * values[i], 0);
  for (let t = 0; t <= steps; t++) {
    const square = mean.map((m) => m * m);
    noiseless.push(half(square));
    losses.push(half(square.map((m, i) => m + variance[i])));
    if (t < steps) {
      curvatures.forEach((c, i) => {
        const shrink = 1 - rates[t] * c;
        mean[i] = shrink * mean[i];
        variance[i] = shrink * shrink * variance[i] + (rates[t] * noise) ** 2;
      });
    }
  }
  const settles = curvatures.every((c) => peak * c < 2);
  const floor = curvatures.reduce((total, c) => total + (peak * noise ** 2) / (2 * (2 - peak * c)), 0);
  return { rates, losses, noiseless, floor: settles ? floor : null };
}

/** The peak of the slider with the smallest loss at the end. */
function bestPeak(setting) {
  const ends = setting.constants.peaks.map((peak) => simulate({ ...setting, peak }).losses.at(-1));
  return setting.constants.peaks[ends.indexOf(Math.min(...ends))];
}

// ---- words -------------------------------------------------------------------------------------------------------

const labelsOf = ({ schedule, constants: { labels } }) => labels.find(([name]) => name === schedule);
const loss = (value) => (value < 1 ? fixed(value, 4) : number(value));

/** What the present setting leads to, and the best one so far. */
function describe(setting, { losses, noiseless, floor }, best) {
  const [, , name] = labelsOf(setting), [, , other] = labelsOf({ ...setting, schedule: best.schedule });
  const settles = floor === null ? "would never settle" : `would settle at ${loss(floor)}`;
  return `${name[0].toUpperCase()}${name.slice(1)}, peak ${number(setting.peak)}: expected loss ${loss(losses.at(-1))} at the ` +
    `end (${loss(noiseless.at(-1))} without noise). A constant rate of ${number(setting.peak)} ${settles}. ` +
    `Best so far: ${loss(best.loss)}, ${other}, peak ${number(best.peak)}.`;
}

// ---- panels ------------------------------------------------------------------------------------------------------

const TIMES = [0, 250, 500, 750, 1000];

function ratePanel(id, { constants: { steps } }) {
  const p = panel({ id: `${id}-rate`, title: "The learning rate", height: 216, x: [0, steps], y: [0, 1.1],
    xTicks: marks(TIMES), xLabel: "step", yTicks: [[0, "0"], [1, ""]], yLabel: "learning rate" });
  const top = caption(p.left - 6, p.y(1) + 4, "tick end", "");
  const area = stroke("area"), rate = stroke("rate"), plan = stroke("plan"), word = caption(0, p.top + 13, "small", "");
  p.svg.append(top);
  p.inside.append(stroke("grid", `M${p.left} ${p.y(1)}H${p.right}`), plan, area, rate, word);
  const show = ({ peak, horizon }, { rates }) => {
    const corners = rates.map((value, t) => [p.x(t), p.y(value / peak)]);
    rate.setAttribute("d", line(corners));
    area.setAttribute("d", line([[p.x(0), p.y(0)], ...corners, [corners.at(-1)[0], p.y(0)]]));
    plan.setAttribute("d", `M${near(p.x(horizon))} ${p.bottom}V${p.top}`);
    top.textContent = number(peak);
    word.textContent = horizon < steps ? "planned end" : "";
    word.setAttribute("x", horizon < 0.7 * steps ? p.x(horizon) + 5 : p.x(horizon) - 5);
    word.setAttribute("class", horizon < 0.7 * steps ? "small" : "small end");
  };
  return { ...p, show };
}

function lossPanel(id, { constants: { steps } }) {
  const powers = [-2, -1, 0, 1];
  const p = panel({ id: `${id}-loss`, title: "The expected loss", height: 262, x: [0, steps], y: [-2, 1], foot: 20,
    xTicks: marks(TIMES), xLabel: "step", yTicks: marks(powers, (n) => number(10 ** n)), yLabel: "expected loss (log scale)" });
  const height = (value) => p.y(Math.log10(Math.max(value, 1e-30)));
  const noisy = stroke("noisy"), without = stroke("without"), floor = stroke("floor"), best = stroke("best");
  const path = (values) => line(values.map((value, t) => [p.x(t), height(value)]));
  p.inside.append(stroke("grid", powers.map((n) => `M${p.left} ${p.y(n)}H${p.right}`).join("")), floor, without, noisy);
  const base = p.height - 12;
  p.svg.append(best, ...key("noisy", "with noise", p.left, base), ...key("without", "without", p.left + 92, base),
    ...key("floor", "floor, constant rate", p.left + 168, base));
  const show = (run, record) => {
    noisy.setAttribute("d", path(run.losses));
    without.setAttribute("d", path(run.noiseless));
    floor.setAttribute("d", run.floor === null ? "" : `M${p.left} ${near(height(run.floor))}H${p.right}`);
    best.setAttribute("d", `M${p.right + 1} ${near(Math.max(p.top, height(record.loss)))}l9 -5v10z`);
  };
  return { ...p, show };
}

/** The lowest loss at the end that each schedule has reached so far; one beyond the axis is a number only. */
function boardPanel(id, { constants: { labels } }) {
  const [most, first] = [0.07, 0.03]; // the names stand left of the first tick
  const p = panel({ id: `${id}-board`, title: "Lowest loss at the end so far", height: 204, x: [0.012, most], y: [labels.length, 0],
    xTicks: marks([first, 0.04, 0.05, 0.06, most]), xLabel: "expected loss at the end", yTicks: [], yLabel: "" });
  const rows = labels.map(([schedule, short], i) => {
    const y = p.y(i + 0.5), parts = { name: caption(p.left + 8, y + 4, "small", short), dot: stroke("dot") };
    return { schedule, y, ...parts, value: caption(0, y + 4, "small", "") };
  });
  p.inside.append(stroke("grid", rows.map(({ y }) => `M${p.x(first)} ${y}H${p.right}`).join("")),
    ...rows.flatMap(({ name, dot, value }) => [name, dot, value]));
  const say = (node, x, kind, text) => {
    node.setAttribute("x", x);
    node.setAttribute("class", kind);
    node.textContent = text;
  };
  const show = (records, now, lowest) => rows.forEach(({ schedule, y, name, dot, value }) => {
    const record = records[schedule], best = schedule === lowest.schedule;
    name.setAttribute("class", schedule === now ? "small strong" : "small");
    dot.setAttribute("class", best ? "dot lowest" : "dot");
    dot.setAttribute("d", record && record.loss <= most ? `M${near(p.x(record.loss))} ${y}h0` : "");
    if (!record) say(value, p.x(first), "halo small", "not tried yet");
    else if (record.loss > most) say(value, p.right - 6, "halo small end", `${loss(record.loss)} →`);
    else if (record.loss > 0.055) say(value, p.x(record.loss) - 9, "halo small end", `${best ? "★ " : ""}${loss(record.loss)}`);
    else say(value, p.x(record.loss) + 9, "halo small", `${loss(record.loss)}${best ? " ★" : ""}`);
  });
  return { ...p, show };
}

// ---- controls ----------------------------------------------------------------------------------------------------

/** Draws the figure into `el` and keeps it in step with the four traits of `model`. */
function render({ model, el }) {
  const { id, read, first, status, set, reset, mount } = wire(model, ["schedule", "peak", "warm", "horizon"], []);
  const { constants: { labels, steps, peaks, warm: warmRange, horizon: horizonRange } } = first;
  const rate = ratePanel(id, first), losses = lossPanel(id, first), board = boardPanel(id, first);

  const choices = buttons(Object.fromEntries(labels.map(([schedule, short]) => [short, () => set({ schedule })])));
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "Schedule");

  const nearest = (value) => peaks.reduce((best, peak, i) =>
    (Math.abs(Math.log(peak / value)) < Math.abs(Math.log(peaks[best] / value)) ? i : best), 0);
  const peak = slider(`${id}-peak`, "Peak rate", { min: 0, max: peaks.length - 1, step: 1 }, (i) => set({ peak: peaks[i] }));
  const warm = slider(`${id}-warm`, "Warm-up", { min: warmRange[0], max: warmRange[1], step: 0.01 },
    (value) => set({ warm: value }));
  const horizon = slider(`${id}-horizon`, "Planned end", { min: horizonRange[0], max: horizonRange[1], step: 50 },
    (value) => set({ horizon: value }));

  // The best of each schedule so far is no trait: it belongs to the reader's game, and Reset ends it.
  let records = {}, recording = true;
  const actions = buttons({
    "Best peak for this schedule": () => set({ peak: bestPeak(read()) }),
    Reset: () => {
      recording = false; // what it passes on its way back is no try
      set({ peak: peaks[0] });
      records = {};
      reset();
      recording = true;
    },
  });
  const goal = "The bowl has curvatures 1, 0.1 and 0.01, and every slope is noisy. First task: find the peak with which the " +
    "cosine ends lowest. Then look which schedule ends lowest when each has its best peak, and what a plan that is too " +
    "long or too short costs.";
  const help = "The loss is the mean over all runs, computed exactly. The dotted line is what would be left without noise: a " +
    "low rate leaves much of it. The dashed line is the noise floor, where a constant rate of this peak would settle. The " +
    "wedge at the right marks the lowest end so far.";
  const columns = [[hint(goal), choices, stage(rate).node, peak.node, warm.node, horizon.node, actions],
    [stage(losses).node, status, stage(board).node, hint(help)]];

  const show = (now) => {
    const run = simulate(now), end = run.losses.at(-1), before = records[now.schedule], same = matches(now, first);
    if ((recording || same) && !(before?.loss <= end)) {
      records[now.schedule] = { schedule: now.schedule, peak: now.peak, loss: end };
    }
    const tried = Object.values(records);
    const best = tried.reduce((a, b) => (b.loss < a.loss ? b : a), tried[0] ?? { ...now, loss: end });
    rate.show(now, run);
    losses.show(run, best);
    board.show(records, now.schedule, best);
    labels.forEach(([name], i) => choices.children[i].setAttribute("aria-pressed", name === now.schedule));
    const share = `${number(100 * now.warm)} %`, up = upOf(now);
    peak.show(nearest(now.peak), number(now.peak));
    warm.show(now.warm, now.schedule === "triangular" ? `${share}: sides of ${sideOf(now)} steps` : `${share}: ${up} steps`);
    horizon.show(now.horizon, `step ${now.horizon}${now.horizon > steps ? ", after the run" : ""}`);
    return describe(now, run, best);
  };
  return mount(el, "schedule", columns, [rate, losses, board], show);
}

/** Whether all traits are those of the beginning. */
const matches = (now, first) => ["schedule", "peak", "warm", "horizon"].every((name) => now[name] === first[name]);

export default { render, simulate };
