"""What a browser must see on every page of the book: each function returns the problems it found, in words."""

import re
from dataclasses import dataclass, field

import pytest

from tools.pages.screenshots import LAID_OUT, ROOT, pages, settled

BOOK = ROOT / "_build" / "html"
UNBUILT = "the book is not built: run `make book`"
NAMES = pages(BOOK)
NONE = [
    pytest.param("none", marks=pytest.mark.skip(reason=UNBUILT))
]  # stands for the pages of a book that is not built
MAX_WEIGHT = 600_000  # bytes as sent, figures not counted
MAX_FIRST_PAINT = 500  # milliseconds, from this machine
MAX_SHIFT = 0.05  # the sum of all layout shifts, as browsers measure them
MAX_TASK = 200  # milliseconds of one task before the page can be read
COLD_LOADS = 20
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
FIGURE = re.compile(r"/_images/|/_static/live/[0-9a-f]+\.svg")
NOTE_VIOLATIONS = """
window.policyViolations = [];
addEventListener("securitypolicyviolation",
  e => policyViolations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
"""
RAW_TEX = r"""() => {
  const walker = document.createTreeWalker(document.querySelector("article") ?? document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (parentElement.closest("pre, code, script, style, noscript, mjx-container, svg")) continue;
    const tex = textContent.match(/\\[a-zA-Z]{2,}|\\[()[\]]|\$[^$\n]+\$/);
    if (tex) found.push(tex[0]);
  }
  return found;
}"""
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .filter(e => getComputedStyle(e).position !== "fixed").slice(0, 3)
    .map(e => `${e.tagName.toLowerCase()}.${e.className}`)"""
# What lies to the right of the window and in no box that scrolls: the page hides it, so that nobody can reach it.
CUT_OFF = """() => [...document.querySelectorAll("article *:not(mjx-assistive-mml, mjx-assistive-mml *, svg *)")]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1 && e.clientWidth > 0)
  .filter(e => {
    for (let box = e.parentElement; box; box = box.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth
          && box !== document.documentElement && box !== document.body) return false;
    return getComputedStyle(e).position !== "absolute";
  }).slice(0, 3).map(e => `${e.tagName.toLowerCase()}.${e.className}: ${e.textContent.slice(0, 40)}`)"""
# Controls, and links that look like controls; a link in a sentence is as high as its line.
SMALL_TARGETS = """() => {
  const kinds = "button, summary, select, input:not([type=hidden]), .door, .chapter, .play a, .btn, .bd-links li > a";
  const box = e => (e.closest("label:not(:has(input[type=range], input[type=text]))") ?? e).getBoundingClientRect();
  const seen = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && box(e).width > 1;
  return [...document.querySelectorAll(kinds)].filter(seen).map(e => {
    const { width, height } = box(e);
    const what = `${e.tagName.toLowerCase()}.${e.className} "${e.textContent.trim().slice(0, 20)}"`;
    return Math.min(width, height) < 43.5 && `${what} ${width.toFixed()} x ${height.toFixed()}`;
  }).filter(Boolean);
}"""
# Code has hundreds of words of each colour: for the colours, one of each kind in each kind of box is enough.
ONE_WORD_OF_EACH_COLOUR = """() => {
  const seen = new Set();
  for (const word of document.querySelectorAll(".highlight span[class]")) {
    const boxes = [word.closest("[class*=highlight-]"), word.closest(".cell_input, .cell_output")];
    const kind = [word, ...boxes].map(element => element?.className).join();
    if (seen.has(kind)) word.replaceWith(...word.childNodes);
    seen.add(kind);
  }
}"""
OF_COLOURS = ("color-contrast", "link-in-text-block")  # axe's rules that look at each word
# A page has hundreds of words of each colour in each kind of box: for these rules, the first of each kind is enough.
# What looks like an earlier one, and holds nothing else, is hidden while axe looks.
HIDE_REPEATS = """() => {
  const seen = new Set();
  const note = (element, around) => {
    element.removeAttribute("data-repeats");
    if (!element.checkVisibility()) return false;
    const states = element.getAttributeNames().sort().join(), row = element.tagName === "TR" && element.rowIndex % 2;
    const kind = `${around} ${element.tagName} ${element.className} ${states} ${row}`, known = seen.has(kind);
    seen.add(kind);
    const formula = element.tagName === "MJX-CONTAINER";  // one colour, whatever is in it
    const parts = formula ? [] : [...element.children].map(child => note(child, kind));
    const repeats = known && parts.every(Boolean);
    element.toggleAttribute("data-repeats", repeats);
    return repeats;
  };
  note(document.body, "");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("[data-repeats] { visibility: hidden }");
  document.adoptedStyleSheets.push(sheet);
}"""
FIRST_PAINT = """() => new Promise(done => new PerformanceObserver(list => {
  const paint = list.getEntriesByName("first-contentful-paint")[0];
  if (paint) done(paint.startTime);
}).observe({ type: "paint", buffered: true }))"""


NOTE_SHIFTS_AND_TASKS = """
window.layoutShifts = [];
window.longTasks = [];
new PerformanceObserver(list => layoutShifts.push(...list.getEntries().filter(e => !e.hadRecentInput)
  .map(e => ({ value: e.value, what: e.sources.map(s => s.node?.outerHTML?.slice(0, 80) ?? "text").join(", ") }))))
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver(list => longTasks.push(...list.getEntries().map(e => e.duration)))
  .observe({ type: "longtask", buffered: true });
"""


@dataclass
class Log:
    """What happened while a page was open."""

    address: str
    foreign: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    urls: dict = field(default_factory=dict)
    sizes: dict = field(default_factory=dict)

    def attach(self, page):
        page.add_init_script(NOTE_VIOLATIONS + NOTE_SHIFTS_AND_TASKS)
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)
        page.on("console", lambda message: message.type != "error" or self.errors.append(message.text[:300]))
        page.on("pageerror", lambda error: self.errors.append(str(error)[:300]))
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.responseReceived", lambda e: self.urls.update({e["requestId"]: e["response"]["url"]}))
        network.on("Network.loadingFinished", lambda e: self.sizes.update({e["requestId"]: e["encodedDataLength"]}))

    def _failed(self, request):
        left = request.failure == "net::ERR_ABORTED" and request.url.startswith(self.address)
        if not left:  # by going on to the next page before this one had all its files
            self.failed.append(request.url)

    def _request(self, request):
        if not request.url.startswith((self.address, "data:")):
            self.foreign.append(request.url)

    def _response(self, response):
        if response.status >= 400:
            self.failed.append(f"{response.status} {response.url}")

    def weight(self):
        """The bytes that were sent for everything but figures."""
        return sum(size for key, size in self.sizes.items() if not FIGURE.search(self.urls.get(key, "")))


def new_page(browser, address, **settings):
    """A page in a context of its own, without animation, and the log of what it does."""
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce", **settings)
    page, log = context.new_page(), Log(address)
    log.attach(page)
    return page, log


def load_problems(page, log):
    """Requests to others, failed requests, errors in the console, violations of the policy."""
    problems = [f"asks a third party: {url}" for url in log.foreign]
    problems += [f"request failed: {url}" for url in log.failed]
    problems += [f"console error: {text}" for text in log.errors]
    return problems + [
        f"against the Content-Security-Policy: {text}" for text in page.evaluate("window.policyViolations")
    ]


def weight_problems(log):
    """More bytes than the budget allows, as a server with compression sends them."""
    weight = log.weight()
    return [f"weighs {weight:,} bytes without figures, more than {MAX_WEIGHT:,}"] if weight > MAX_WEIGHT else []


def first_paint(page):
    """Milliseconds from the request to the first contentful paint."""
    return page.evaluate(FIRST_PAINT)


def shift_problems(page):
    """Parts of the page that moved while it loaded."""
    shifts = page.evaluate("layoutShifts")
    total = sum(shift["value"] for shift in shifts)
    if total <= MAX_SHIFT:
        return []
    worst = max(shifts, key=lambda shift: shift["value"])
    return [f"layout shift {total:.3f}, more than {MAX_SHIFT}, most by {worst['what']}"]


def longest_task(page):
    """Milliseconds of the longest task since the page began to load; 0 where none was over 50."""
    return max(page.evaluate("new Promise(done => setTimeout(() => done(longTasks), 100))"), default=0)


def time_problems(browser, url, paint, task):
    """A first paint too late, or a task too long, in each of many cold loads: other work can only add to them."""
    paints, tasks = [paint], [task]
    while (min(paints) >= MAX_FIRST_PAINT or min(tasks) >= MAX_TASK) and len(paints) < COLD_LOADS:
        context = browser.new_context(viewport=DESKTOP)
        page = context.new_page()
        page.add_init_script(NOTE_SHIFTS_AND_TASKS)
        page.goto(url)
        paints.append(first_paint(page))
        page.wait_for_timeout(300)  # so that what else goes on may end
        tasks.append(longest_task(page))
        context.close()
    measured = (("first paint later than", paints, MAX_FIRST_PAINT), ("a task longer than", tasks, MAX_TASK))
    return [
        f"{what} {most} ms, in ms: {[round(t) for t in times]}" for what, times, most in measured if min(times) >= most
    ]


def math_problems(page):
    """Formulas that were not set, or set with an error, and TeX that stayed as it was written."""
    formulas, done = page.locator(".math").count(), page.locator(".math mjx-container").count()
    problems = [f"{formulas} formulas, {done} of them set"] if formulas != done else []
    problems += [f"a formula has an error: {text}" for text in page.locator("mjx-merror").all_text_contents()]
    return problems + [f"raw TeX: {text}" for text in page.evaluate(RAW_TEX)]


def tab_problems(page):
    """Formulas at which the Tab key stops although they need no scrolling."""
    stops = page.evaluate("""[...document.querySelectorAll("mjx-container, mjx-container *, .math[tabindex]")]
      .filter(e => e.tabIndex >= 0 && e.scrollWidth <= e.clientWidth + 1).map(e => e.textContent)""")
    return [f"the Tab key stops at a formula: {text}" for text in stops]


def image_problems(page):
    """Pictures that did not load, that have no alternative text, or that have a path in its place."""
    problems = []
    images = page.evaluate(
        "[...document.images].map(i => [i.getAttribute('alt'), i.getAttribute('src'), i.naturalWidth])"
    )
    for alt, source, width in images:
        if not (alt or "").strip():
            problems.append(f"a picture without alternative text: {source}")
        elif re.search(r"[/\\]\S+\.\w+$|\.(svg|png|jpe?g|gif|webp)$", alt):
            problems.append(f"a path as alternative text: {alt}")
        if not width:
            problems.append(f"a picture that does not show: {source}")
    return problems


def axe_problems(page, **options):
    """Serious and critical violations that axe-core finds, by all of its rules unless `options` say other."""
    from axe_playwright_python.base import AXE_SCRIPT  # here, so that tests without a browser don't need it

    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    run = "options => axe.run(document, options).then(results => results.violations)"
    return [
        f"axe, {v['impact']}: {v['help']}: {v['nodes'][0]['html'][:160]}"
        for v in page.evaluate(run, {"resultTypes": ["violations"]} | options)
        if v["impact"] in ("serious", "critical")
    ]


def colour_problems(page):
    """Words that are hard to tell from what is around them, one of each kind: the rules that take axe seconds."""
    page.evaluate(HIDE_REPEATS)
    problems = axe_problems(page, runOnly=list(OF_COLOURS))
    page.evaluate("document.adoptedStyleSheets.pop()")
    return problems


def target_problems(page):
    """What a finger can't hit: controls and doors under 44 px, on a device whose pointer is a finger."""
    return [f"too small for a finger: {what}" for what in page.evaluate(SMALL_TARGETS)]


def width_problems(page):
    """What makes the page wider than its window."""
    return [f"wider than the window: {what}" for what in page.evaluate(TOO_WIDE)]


def cut_problems(page):
    """What an edge of the window cuts off: on the right without a way to scroll to it, or a formula's beginning."""
    late = page.evaluate(
        """[...document.querySelectorAll("div.math mjx-container")].filter(formula =>
          formula.getBoundingClientRect().left < formula.parentElement.getBoundingClientRect().left - 1
        ).map(formula => formula.textContent.slice(0, 60))"""
    )
    problems = [f"cut off by the window: {what}" for what in page.evaluate(CUT_OFF)]
    return problems + [f"opens after its beginning: the formula {what}" for what in late]


def figure_problems(page):
    """Figures wider than their cell, of which a phone shows a part only, whatever scrolls."""
    wide = page.evaluate(
        """[...document.querySelectorAll(".cell .cell_output img")].map(image =>
          [image.alt, image.getBoundingClientRect().width, image.closest(".cell").clientWidth]
        ).filter(([, width, room]) => width > room + 1)"""
    )
    return [f"a figure of {width:.0f} px in {room} px: {alt[:60]}" for alt, width, room in wide]


def name_problems(page):
    """Names in the cells of tables that break in their middle."""
    broken = page.evaluate(
        """[...document.querySelectorAll(":is(td, th) code")].filter(code =>
          code.checkVisibility() && /^\\w+$/.test(code.textContent) && code.getClientRects().length > 1
        ).map(code => code.textContent)"""
    )
    return [f"a name that breaks: {name}" for name in broken]


def view_problems(page):
    """Accessibility in light and dark and on two widths, and the width on a phone, with all folds open."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.evaluate(ONE_WORD_OF_EACH_COLOUR)
    page.evaluate(LAID_OUT)  # as it is when the reader has come by: a phone leaves what is far away for later
    problems = []
    for size, width in ((DESKTOP, "1280 px"), (PHONE, "390 px")):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_selector(f"html:is([data-theme={scheme}], :not([data-theme]))", state="attached")
            problems += [f"{scheme}, {width}: {problem}" for problem in colour_problems(page)]
        others = axe_problems(page, rules=dict.fromkeys(OF_COLOURS, {"enabled": False}))
        problems += [f"{width}: {problem}" for problem in others]
    whole = width_problems(page) + cut_problems(page) + figure_problems(page) + name_problems(page)
    problems += [f"390 px: {problem}" for problem in whole]
    page.set_viewport_size(NARROW)
    return problems + [f"320 px: {problem}" for problem in width_problems(page) + cut_problems(page)]


def page_problems(browser, address, name):
    """Everything that is wrong with one page, from one load of it."""
    page, log = new_page(browser, address)
    page.goto(address + name)
    first = first_paint(page)
    settled(page)
    problems = load_problems(page, log) + weight_problems(log) + math_problems(page) + image_problems(page)
    problems += shift_problems(page) + tab_problems(page)
    task = longest_task(page)
    problems += view_problems(page)
    url = page.url
    page.context.close()
    return problems + time_problems(browser, url, first, task)
