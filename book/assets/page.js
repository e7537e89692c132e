// What the theme leaves out: what scrolls inside the page can be reached and scrolled with the keyboard, a found word is brought
// into view, and paper is light and has everything unfolded.
(() => {
  "use strict";
  const BOXES = ".bd-article :is(pre, .pst-scrollable-table-container, .output.text_html, .cell_output:has(> img), div.math)";

  // Watched, not asked: asking each box for its width would lay out the whole page at once.
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of document.querySelectorAll(BOXES)) watch.observe(box);

  // The reader comes from the search: sphinx_highlight.js, which ran before this script, marks the words after 10 ms.
  setTimeout(() => {
    const word = location.hash ? null : document.querySelector(".bd-article .highlighted");
    if (!word) return;
    for (let fold = word.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    word.scrollIntoView({ block: "center" });
  }, 20);

  const root = document.documentElement;
  let onScreen, folded;
  window.addEventListener("beforeprint", () => {
    onScreen = root.dataset.theme;
    root.dataset.theme = "light";
    folded = [...document.querySelectorAll(".bd-article details:not([open])")];
    for (const fold of folded) fold.open = true;
    for (const image of document.images) image.loading = "eager"; // not every browser asks for the late ones itself
  });
  window.addEventListener("afterprint", () => {
    root.dataset.theme = onScreen;
    for (const fold of folded) fold.open = false;
  });
})();
