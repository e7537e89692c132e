// The excerpt of a result is what the page says: no toolbar, no buttons, no labels of folds, no hidden mathematics.
(() => {
  "use strict";
  const SILENT = ".headerlink, script, style, button, summary, .onlyprint, .chapter-head, .prev-next-footer, mjx-assistive-mml, nav";

  const textOf = (page, anchor) => {
    const article = new DOMParser().parseFromString(page, "text/html").querySelector("article");
    article.querySelectorAll(SILENT).forEach((element) => element.remove());
    const part = anchor && article.querySelector(anchor);
    return (part || article).textContent.replace(/\s+/g, " ");
  };
  document.addEventListener("DOMContentLoaded", () => { Search.htmlToText = textOf; }); // Sphinx's search is there by then
})();
