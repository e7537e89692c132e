// What every live figure needs: numbers as text, SVG, controls, and the wiring to the traits of the Python class.
// `base.py` puts this text before the text of a figure, so a figure calls these functions without an import.

// ---- numbers -----------------------------------------------------------------------------------------------------

const tidy = (value) => Number(value.toPrecision(6)); // 0.111, not 0.11100000000000002
const power = (n) => "10" + [...String(n)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");

/** Three significant digits, with a true minus sign. */
function number(value) {
  const [digits, exponent] = String(Number(value.toPrecision(3))).split("e");
  return digits.replace("-", "−") + (exponent ? `\u00a0×\u00a0${power(Number(exponent))}` : "");
}

/** A number with so many decimals, for values in columns. */
const fixed = (value, decimals = 2) => value.toFixed(decimals).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");

/** A number brought into a range and onto a grid. */
const snap = (value, low, high, grid) => tidy(Math.round(Math.min(high, Math.max(low, value)) / grid) * grid);

// ---- drawing: every SVG is 360 units wide ------------------------------------------------------------------------

const maker = (create) => (tag, attributes = {}, ...children) => {
  const node = create(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
const element = maker((tag) => document.createElement(tag));
const shape = maker((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
const stroke = (kind, d = "") => shape("path", { class: kind, d });
const caption = (x, y, kind, text) => shape("text", { x, y, class: kind }, text);

/** Corners of a broken line in pixels; far ones are brought near enough for every browser to draw. */
const near = (value) => Math.max(-1e4, Math.min(1e4, value)).toFixed(1);
const line = (points) => points.map(([px, py], i) => `${i ? "L" : "M"}${near(px)} ${near(py)}`).join("");
const dots = (points) => points.map(([px, py]) => `M${near(px)} ${near(py)}h0`).join("");

/** Ticks for an axis: pairs of a value and its text. */
const marks = (values, text = number) => values.map((value) => [value, text(value)]);

/** An SVG with a title, and the description that the figure keeps in step with its sentence. */
function drawing({ id, title, height }) {
  const description = shape("desc", { id: `${id}-desc` });
  const names = { role: "img", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-desc` };
  const svg = shape("svg", { viewBox: `0 0 360 ${height}`, ...names },
    shape("title", { id: `${id}-title` }, title), description, caption(46, 16, "heading", title));
  return { svg, description, height };
}

/** A drawing with axes: its scales `x` and `y`, their inverse `data`, and a clipped group `inside` to draw in. */
function panel({ id, title, height, x: [x0, x1], y: [y0, y1], xTicks, yTicks, xLabel, yLabel, foot = 0 }) {
  const left = 46, right = 344, top = 28, bottom = height - 40 - foot;
  const x = (value) => left + ((value - x0) / (x1 - x0)) * (right - left);
  const y = (value) => bottom - ((value - y0) / (y1 - y0)) * (bottom - top);
  const data = (px, py) => [
    x0 + ((px - left) / (right - left)) * (x1 - x0), y0 + ((bottom - py) / (bottom - top)) * (y1 - y0)];
  const area = { x: left, y: top, width: right - left, height: bottom - top };
  const inside = shape("g", { "clip-path": `url(#${id}-clip)` }), empty = drawing({ id, title, height });
  const ticks = [...xTicks.map(([v]) => `M${x(v)} ${bottom}v4`), ...yTicks.map(([v]) => `M${left} ${y(v)}h-4`)];
  empty.svg.append(shape("clipPath", { id: `${id}-clip` }, shape("rect", area)), inside,
    shape("rect", { ...area, class: "frame" }), stroke("axis", ticks.join("")),
    ...xTicks.map(([value, text]) => caption(x(value), bottom + 16, "tick middle", text)),
    ...yTicks.map(([value, text]) => caption(left - 6, y(value) + 4, "tick end", text)),
    caption((left + right) / 2, bottom + 33, "middle", xLabel),
    shape("text", { transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)`, class: "middle" }, yLabel));
  return { ...empty, inside, x, y, data, left, right, top, bottom };
}

/** One line of a key: a sample of the stroke and its name. */
const key = (kind, text, x, y) => [stroke(kind, `M${x} ${y}h20`), caption(x + 25, y + 4, "small", text)];

// ---- controls ----------------------------------------------------------------------------------------------------

/** A slider with its label; `show(position, text)` moves it and says its value. */
function slider(id, name, range, onInput) {
  const input = element("input", { type: "range", id, ...range }), value = element("span", { class: "value" });
  input.addEventListener("input", () => onInput(Number(input.value)));
  const show = (position, text = number(position)) => {
    input.value = position;
    input.setAttribute("aria-valuetext", text);
    value.textContent = text;
  };
  return { node: element("div", { class: "slider" }, element("label", { for: id }, name), value, input), show };
}

/** A panel whose clicks arrive in the coordinates of its data, and on which handles can be laid. */
function stage(p, onClick = () => {}) {
  const node = element("div", { class: "stage" }, p.svg);
  const dataOf = (event) => {
    const frame = p.svg.getBoundingClientRect(), scale = 360 / frame.width;
    return p.data((event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale);
  };
  node.addEventListener("click", (event) => event.target.closest(".handle") || onClick(...dataOf(event)));
  return { node, dataOf };
}

/** A round handle over a stage: drag it. A touch elsewhere still scrolls the page. `place(x, y)` puts it there. */
function handle(p, on, attributes, move) {
  const node = element("div", { class: "handle", ...attributes });
  node.addEventListener("pointerdown", (event) => node.setPointerCapture(event.pointerId));
  node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && move(...on.dataOf(event)));
  on.node.append(node);
  const place = (x, y) => {
    node.style.left = `${(100 * p.x(x)) / 360}%`;
    node.style.top = `${(100 * p.y(y)) / p.height}%`;
  };
  return { node, place };
}

/** Arrow keys on a node: `move(right, up, further)`, where `further` tells whether Shift is down. */
function arrowKeys(node, move) {
  node.addEventListener("keydown", (event) => {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!direction) return;
    event.preventDefault(); // the page must not scroll
    move(...direction, event.shiftKey);
  });
}

/** A row of buttons from their names and what each does. */
const buttons = (actions) => element("div", { class: "buttons" }, ...Object.entries(actions).map(([name, act]) => {
  const node = element("button", { type: "button" }, name);
  node.addEventListener("click", act);
  return node;
}));

const hint = (text, attributes = {}) => element("p", { class: "hint", ...attributes }, text);

// ---- wiring ------------------------------------------------------------------------------------------------------

/**
 * The traits are the only state: a control calls `set`, and a changed trait moves the figure, whoever changed it.
 * `moving` names the traits that change, `still` those that don't; `constants`, what Python and JavaScript must agree on,
 * is there in every figure. `read()` has the values of all, `first` those of the beginning, and `reset()` brings those
 * back. Put `status`, the line that is read aloud, where it belongs; then `mount(el, name, columns, panels, show)` shows
 * the figure. `show(values)` draws and returns the sentence of the status line and of each panel. `mount` returns what
 * `render` must return: a function that ends it.
 */
function wire(model, moving, still) {
  const id = `figure-${Math.random().toString(36).slice(2, 10)}`; // a page may hold several
  const read = () => Object.fromEntries([...moving, ...still, "constants"].map((name) => [name, model.get(name)]));
  const first = read(), status = element("p", { role: "status", "aria-live": "polite", class: "status" });
  let saving, saying;
  const set = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    clearTimeout(saving);
    saving = setTimeout(() => model.save_changes(), 250); // Python hears where a dragged handle came to rest
  };
  const reset = () => set(Object.fromEntries(moving.map((name) => [name, first[name]])));
  const mount = (el, name, columns, panels, show) => {
    // The attribute keeps JupyterLab from taking the arrow keys for itself.
    el.append(element("div", { class: `course-figure ${name}`, "data-lm-suppress-shortcuts": "true" },
      ...columns.map((nodes) => element("div", { class: "column" }, ...nodes))));
    const update = () => {
      const words = show(read());
      for (const p of panels) p.description.textContent = words;
      clearTimeout(saying);
      saying = setTimeout(() => (status.textContent = words), status.textContent ? 250 : 0); // speech hears the last only
    };
    moving.forEach((trait) => model.on(`change:${trait}`, update));
    update();
    return () => {
      moving.forEach((trait) => model.off(`change:${trait}`, update));
      [saving, saying].forEach(clearTimeout);
    };
  };
  return { id, read, first, status, set, reset, mount };
}
