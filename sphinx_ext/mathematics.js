// MathJax inside the build: `convert` sets one formula, `css` gives the style for all that were set.
(() => {
  const _ = MathJax._, adaptor = _.adaptors.liteAdaptor.liteAdaptor();
  _.a11y["assistive-mml"].AssistiveMmlHandler(_.handlers.html_ts.RegisterHTMLHandler(adaptor));
  const font = new _.output.chtml.fonts.tex_ts.TeXFont({ fontURL: "mathematics" });
  const chtml = new _.output.chtml_ts.CHTML({ adaptiveCSS: true, font });
  const tex = new _.input.tex_ts.TeX({ packages: ["base", "ams", "newcommand", "boldsymbol"] });
  const page = _.mathjax.mathjax.document("", { InputJax: tex, OutputJax: chtml });
  const LONG = 16; // characters: a shorter formula in a line of text is never broken

  const characters = (math) => adaptor.tags(math, "mjx-c").length;

  /** Lets a line of text break after the relations and operators of a long formula, as TeX does. */
  function breakable(container) {
    const math = adaptor.firstChild(container);
    if (characters(math) <= LONG) return;
    const space = (part) => part && adaptor.getAttribute(part, "space");
    for (const part of [...adaptor.childNodes(math)]) {
      const next = adaptor.next(part); // a relation or an operator has space on both of its sides
      const operator = adaptor.kind(part) === "mjx-mo" && space(part) && space(part) === space(next);
      if (operator) adaptor.insert(adaptor.node("wbr"), next);
    }
  }

  globalThis.convert = (source, display) => {
    const container = page.convert(source, { display, em: 16, ex: 8, containerWidth: 1280 });
    if (!display) breakable(container);
    return adaptor.outerHTML(container);
  };
  globalThis.css = () => adaptor.textContent(chtml.styleSheet(page));
})();
