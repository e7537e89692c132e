// Two things that the theme leaves out: what scrolls inside the page can be reached and scrolled with the keyboard, and
// paper is always light.
(() => {
  "use strict";
  const BOXES = ".bd-article :is(pre, .pst-scrollable-table-container, .output.text_html, mjx-container[display='true'])";

  function mark() {
    for (const box of document.querySelectorAll(BOXES)) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    }
  }

  window.addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    mark();
  });
  window.addEventListener("resize", mark);
  document.addEventListener("toggle", mark, true); // a fold was opened

  const root = document.documentElement;
  let onScreen;
  window.addEventListener("beforeprint", () => {
    onScreen = root.dataset.theme;
    root.dataset.theme = "light";
  });
  window.addEventListener("afterprint", () => { root.dataset.theme = onScreen; });
})();
