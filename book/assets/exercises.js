// Exercise and solution pages: answer boxes that check without a kernel, and folds that open when they should.
(() => {
  "use strict";
  const SCALE = 1e6; // an answer is read to a millionth, as in tools/pages/answer_boxes.py
  const LARGEST = 1e15;
  const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,2})?$/i;
  const FORM = "Write a number, such as 0.25, 1/4 or -3.";

  // What a reader typed: { millionths }, or { words } that say what can't be read.
  function read(text, inPercent) {
    let typed = text.trim().replace(/[−–]/g, "-").replace(/(\d)[ \u00a0\u202f](?=\d{3}(?!\d))/g, "$1");
    if (!typed) return { words: FORM };
    if (/^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(typed)) {
      const whole = typed.replaceAll(",", ""), decimal = typed.replace(",", ".");
      const either = decimal.includes(",") ? whole : `${whole} or ${decimal}`;
      return { words: `Write ${typed} without the comma: ${either}.` };
    }
    let divisor = 1;
    if (typed.endsWith("%")) {
      typed = typed.slice(0, -1);
      divisor = inPercent ? 1 : 100;
    }
    const parts = typed.split("/").map((part) => part.trim());
    if (parts.length > 2 || !parts.every((part) => NUMBER.test(part))) return { words: FORM };
    const [above, below = 1] = parts.map((part) => Number(part.replace(",", ".")));
    const millionths = Math.floor((above / below / divisor) * SCALE + 0.5);
    if (Number.isNaN(millionths) || Math.abs(millionths) > LARGEST) return { words: "That is no number to reckon with." };
    return { millionths };
  }

  // FNV-1a, 32 bits.
  function hashed(text) {
    let value = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
    return value.toString(16).padStart(8, "0");
  }

  // Whether the numbers (in millionths) lie in the right cells: see tools/pages/answer_boxes.py.
  function isRight({ salt, digest, cells }, numbers) {
    const places = numbers.map((number, i) => Math.floor((number - cells[i].offset) / cells[i].width));
    return hashed([salt, ...places].join(":")) === digest;
  }

  function judge(form) {
    const fields = [...form.querySelectorAll("input")];
    const answers = fields.map((field) => read(field.value, "percent" in field.dataset));
    answers.forEach(({ words }, i) => fields[i].setAttribute("aria-invalid", Boolean(words)));
    const unread = answers.findIndex(({ words }) => words);
    if (unread >= 0) {
      fields[unread].focus();
      return { status: "unread", words: answers[unread].words };
    }
    const cells = fields.map(({ dataset }) => ({ offset: Number(dataset.offset), width: Number(dataset.width) }));
    const { salt, digest } = form.dataset;
    if (isRight({ salt, digest, cells }, answers.map(({ millionths }) => millionths))) {
      return { status: "right", words: "✓ Right." };
    }
    const given = fields.map(({ value }) => value.trim()).join(" and ");
    const small = answers.some(({ millionths }, i) => "percent" in fields[i].dataset && Math.abs(millionths) < SCALE);
    const unit = small ? " The number is asked in per cent." : "";
    return { status: "wrong", words: `✗ ${given}: not yet.${unit} Think again; the check in the notebook names likely mistakes.` };
  }

  function prepare(form) {
    const verdict = form.querySelector(".verdict");
    const solution = document.querySelector(`#${form.dataset.task} > .task-label a`).href;
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { status, words } = judge(form);
      form.dataset.status = status;
      verdict.textContent = `${words} `;
      if (status === "unread") return;
      const reveal = document.createElement("a");
      reveal.href = solution;
      reveal.textContent = status === "right" ? "See why" : "Show our answer";
      verdict.append(reveal);
    });
  }

  // A link that leads into a fold opens it.
  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target?.closest("details.solution");
    if (!fold || fold.open) return;
    fold.open = true;
    target.scrollIntoView();
  }

  // On paper nothing is folded. Afterwards all is as it was.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.solution:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => { for (const fold of opened) fold.open = false; });

  window.addEventListener("hashchange", openTarget);
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".answer-box").forEach(prepare);
    openTarget();
  });
  window.answerBoxes = { read, isRight };
})();
