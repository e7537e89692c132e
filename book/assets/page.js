// What scrolls inside the page can be reached and scrolled with the keyboard.
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
})();
