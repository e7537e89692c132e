"""The checks of the pages can fail: each of them is shown a small page with one fault, and a page without."""

import pytest
from browser import (
    MAX_WEIGHT,
    first_paint,
    image_problems,
    load_problems,
    longest_task,
    math_problems,
    new_page,
    page_problems,
    shift_problems,
    tab_problems,
    target_problems,
    time_problems,
    view_problems,
    weight_problems,
)
from live import jump_problems, stage_problems, static_problems, track_problems

from tools.pages.serve import serving

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
SOUND = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'
    '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{head}</head>'
    "<body><main><article><h1>A page</h1>{body}</article></main></body></html>"
)
SLIDER = '<label>size <input type="range" min="0" max="10" value="5"></label>'
STAGE = '<svg width="90" height="90"><circle r="5"></circle></svg><p role="status">5</p>'
MOVES = """
const slider = document.querySelector("input"), circle = document.querySelector("circle");
slider.addEventListener("input", () => {
  circle.setAttribute("r", slider.value);
  document.querySelector("[role=status]").textContent = slider.value;
});
"""


@pytest.fixture
def site(tmp_path):
    with serving(tmp_path) as address:
        yield tmp_path, address


def write(folder, body="<p>Text.</p>", head="", style="", **files):
    """A page with this body and style, and scripts by their names."""
    (folder / "page.css").write_text(style, "utf-8")
    head += '<link rel="stylesheet" href="page.css">'
    (folder / "page.html").write_text(SOUND.format(head=head, body=body), "utf-8")
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, "utf-8")


def opened(browser, site, **page):
    """The page opened and the log of it."""
    folder, address = site
    write(folder, **page)
    page, log = new_page(browser, address)
    page.goto(address + "page.html")
    page.evaluate("new Promise(requestAnimationFrame)")
    return page, log


def test_a_sound_page_has_no_problem(browser, site):
    write(site[0], body=f'<p>Text.</p><img alt="A dot." src="{PIXEL}">')
    assert page_problems(browser, site[1], "page.html") == []


BAD = {"head": '<script src="bad.js"></script>'}


@pytest.mark.parametrize(
    ("fault", "page"),
    [
        (
            "asks a third party: https://example.invalid",
            {"body": '<img alt="A dot." src="https://example.invalid/dot.png">'},
        ),
        (
            "asks a third party: https://example.invalid",
            {"head": '<script src="https://example.invalid/counter.js"></script>'},
        ),
        ("request failed: 404", {"head": '<script src="missing.js"></script>'}),
        ("console error: broken", BAD | {"bad": 'console.error("broken")'}),
        ("console error: no such", BAD | {"bad": 'throw new Error("no such thing")'}),
        ("against the Content-Security-Policy: script-src", {"head": "<script>let inline = true;</script>"}),
        ("against the Content-Security-Policy: script-src", {"body": '<p onclick="let inline">x</p>'}),
        ("against the Content-Security-Policy: style-src", {"body": '<p style="color: red">x</p>'}),
        ("against the Content-Security-Policy: style-src", {"head": "<style>p { color: red }</style>"}),
        ("against the Content-Security-Policy: script-src", BAD | {"bad": "try { eval('1') } catch {}"}),
    ],
)
def test_what_a_page_loads_and_says_is_seen(browser, site, fault, page):
    page, log = opened(browser, site, **page)
    problems = load_problems(page, log)
    page.context.close()
    assert any(problem.startswith(fault) for problem in problems), problems


def test_a_heavy_page_is_seen_and_its_figures_are_free(browser, site):
    noise = "".join(f"/* {n * 7919 % 10007} {n * n % 9973} */\n" for n in range(500_000))
    page, log = opened(browser, site, head='<script src="big.js"></script>', big=noise)
    assert weight_problems(log)
    log.urls = dict.fromkeys(log.urls, f"{site[1]}_images/figure.svg")
    assert log.weight() == 0 < MAX_WEIGHT
    page.context.close()


SLOW = "const end = performance.now() + 700; while (performance.now() < end);"


@pytest.mark.parametrize(
    ("fault", "script"),
    [("first paint later than", f"{SLOW}"), ("a task longer than", f"setTimeout(() => {{ {SLOW} }}, 50);")],
)
def test_a_late_first_paint_and_a_long_task_are_seen(browser, site, monkeypatch, fault, script):
    monkeypatch.setattr("browser.COLD_LOADS", 3)
    page, _ = opened(browser, site, head='<script src="slow.js"></script>', slow=script)
    page.wait_for_timeout(1500)
    problems = time_problems(browser, page.url, first_paint(page), longest_task(page))
    page.context.close()
    assert any(problem.startswith(fault) for problem in problems), problems


def test_what_moves_while_the_page_loads_is_seen(browser, site):
    push = "setTimeout(() => { document.querySelector('.push').style.height = '400px'; }, 300);"
    body = '<div class="push"></div><p>Text that moves.</p>' + "<p>More of it.</p>" * 20
    page, _ = opened(browser, site, body=body, head='<script src="push.js" defer></script>', push=push)
    page.wait_for_timeout(800)
    problems = shift_problems(page)
    page.context.close()
    assert problems and problems[0].startswith("layout shift"), problems


def test_a_formula_that_stops_the_tab_key_is_seen(browser, site):
    page, _ = opened(browser, site, body='<span class="math"><mjx-container tabindex="0">x</mjx-container></span>')
    problems = tab_problems(page)
    page.context.close()
    assert problems == ["the Tab key stops at a formula: x"]


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        ("2 formulas, 0 of them set", r'<p><span class="math">x</span> <span class="math">y</span></p>'),
        (
            "a formula has an error",
            '<p class="math"><mjx-container><mjx-merror>Undefined</mjx-merror></mjx-container></p>',
        ),
        (r"raw TeX: \beta", r"<p>the momentum \beta</p>"),
        ("raw TeX: $x^2$", "<p>the square $x^2$</p>"),
    ],
)
def test_mathematics_that_is_not_set_is_seen(browser, site, fault, body):
    page, _ = opened(browser, site, body=body)
    problems = math_problems(page)
    page.context.close()
    assert any(problem.startswith(fault) for problem in problems), problems


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        ("a picture without alternative text", f'<img src="{PIXEL}">'),
        ("a picture without alternative text", f'<img alt=" " src="{PIXEL}">'),
        ("a path as alternative text", f'<img alt="../_images/84c82a81.svg" src="{PIXEL}">'),
        ("a path as alternative text", f'<img alt="curve.png" src="{PIXEL}">'),
        ("a picture that does not show", '<img alt="A dot." src="missing.png">'),
    ],
)
def test_a_picture_without_words_is_seen(browser, site, fault, body):
    page, _ = opened(browser, site, body=body)
    problems = image_problems(page)
    page.context.close()
    assert any(problem.startswith(fault) for problem in problems), problems


@pytest.mark.parametrize(
    ("fault", "body", "style"),
    [
        ("1280 px: axe, critical", "<button></button>", ""),
        ("light, 1280 px: axe, serious", '<p class="dim">pale</p>', ".dim { color: #999; background: #fff }"),
        (
            "dark, 1280 px: axe, serious",
            '<p class="dim">text</p>',
            "@media (prefers-color-scheme: dark) { body { background: #111; color: #fff } .dim { color: #444 } }",
        ),
        (
            "light, 1280 px: axe, serious",  # in the second of its kind
            '<p>text</p><p>text <em>and <b class="dim">pale</b></em></p>',
            ".dim { color: #999; background: #fff }",
        ),
        (
            "dark, 390 px: axe, serious",
            "<table><tr><td>one</td></tr><tr><td>two</td></tr></table>",
            "@media (prefers-color-scheme: dark) and (max-width: 500px) { tr:nth-child(even) { color: #999 } }",
        ),
        (
            "390 px: axe, critical",
            '<button class="phone"></button>',
            "@media (min-width: 500px) { .phone { display: none } }",
        ),
        ("1280 px: axe, critical", "<details><summary>Fold</summary><button></button></details>", ""),
        ("390 px: wider than the window: div.wide", '<div class="wide">wide</div>', ".wide { width: 600px }"),
        ("320 px: wider than the window: div.wide", '<div class="wide">wide</div>', ".wide { width: 350px }"),
        (
            "390 px: cut off by the window: div.wide",
            '<div class="box"><div class="wide">wide</div></div>',
            ".wide { width: 600px } .box { overflow: hidden }",
        ),
        (
            "390 px: a name that breaks: CosineAnnealingLR",
            "<table><tr><td><code>CosineAnnealingLR</code></td></tr></table>",
            "table { width: 60px; table-layout: fixed } code { overflow-wrap: anywhere }",
        ),
        (
            "390 px: a figure of 426 px in",
            f'<div class="cell"><div class="cell_output"><img alt="A curve." src="{PIXEL}"></div></div>',
            "img { width: 426px } .cell_output { overflow-x: auto }",
        ),
    ],
)
def test_a_page_that_someone_cannot_use_is_seen(browser, site, fault, body, style):
    page, _ = opened(browser, site, body=body, style=style)
    problems = view_problems(page)
    page.context.close()
    assert any(problem.startswith(fault) for problem in problems), problems


FIGURE = (
    '<figure class="live-figure{live}">'
    '<img class="live-picture" alt="{alt}" width="90" height="90" {hidden} src="{pixel}">{stage}</figure>'
)
DEAF = 'slider.addEventListener("keydown", e => e.preventDefault());'


def figure(live=" is-live", alt="A circle.", hidden="hidden", stage=f'<div class="live-stage">{SLIDER}{STAGE}</div>'):
    return FIGURE.format(live=live, alt=alt, hidden=hidden, stage=stage, pixel=PIXEL)


@pytest.mark.parametrize(
    ("fault", "script", "body"),
    [
        (None, MOVES, figure()),
        ("the drawing does not change", MOVES.replace('circle.setAttribute("r", slider.value);', ""), figure()),
        ("the status line does not change", MOVES.replace("textContent = ", "title = "), figure()),
        (
            "mouse: the drawing does not change",
            MOVES,
            figure().replace("<input", "<input disabled"),
        ),
        ("arrow keys: the drawing does not change", MOVES + DEAF, figure()),
        ("did not start", MOVES, figure(live="")),
        ("picture and live figure are both shown", MOVES, figure(hidden="")),
        ("has no slider", "", figure(stage=f'<div class="live-stage">{STAGE}</div>')),
    ],
)
def test_a_live_figure_that_does_not_live_is_seen(browser, site, monkeypatch, fault, script, body):
    monkeypatch.setattr("live.PATIENCE", 100 if fault is None else 10)
    page, _ = opened(browser, site, body=body + '<script src="live.js"></script>', live=script)
    problems = stage_problems(page)
    page.context.close()
    assert (not problems) if fault is None else any(fault in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        (None, figure(hidden="", stage="")),
        ("its picture is not shown", figure(stage="")),
        ("no alternative text", figure(hidden="", stage="", alt="")),
        ("shows controls", figure(hidden="")),
    ],
)
def test_a_live_figure_that_is_no_picture_is_seen(browser, site, fault, body):
    page, _ = opened(browser, site, body=body)
    problems = static_problems(page)
    page.context.close()
    assert (not problems) if fault is None else any(fault in problem for problem in problems), problems


@pytest.mark.parametrize("delay", [0, 250], ids=["at once", "after the movement"])
@pytest.mark.parametrize(("text", "jumps"), [("'5'", False), ("slider.value > 5 ? 'a<br>b' : 'a'", True)])
def test_a_slider_that_jumps_is_seen(browser, site, text, jumps, delay):
    script = MOVES.replace(
        'document.querySelector("[role=status]").textContent = slider.value',
        f"clearTimeout(window.later); window.later = setTimeout(() => (status.innerHTML = {text}), {delay})",
    )
    stage = f'<div class="live-stage"><p role="status">5</p>{SLIDER}<svg><circle></circle></svg></div>'
    script = script.replace(
        "slider.addEventListener", 'const status = document.querySelector("[role=status]");\nslider.addEventListener'
    )
    page, _ = opened(browser, site, body=figure(stage=stage) + '<script src="live.js"></script>', live=script)
    problems = jump_problems(page)
    page.context.close()
    assert bool(problems) == jumps, problems


TRACK = (
    "input { appearance: none; width: 200px; height: 20px; background: Canvas } input::-webkit-slider-runnable-track "
)


@pytest.mark.parametrize(("adjust", "hidden"), [("none", False), ("auto", True)])
def test_a_track_that_forced_colours_take_away_is_seen(browser, site, adjust, hidden):
    style = TRACK + f"{{ height: 4px; background: #555; forced-color-adjust: {adjust} }}"
    write(site[0], body=figure(), style=style)
    page, _ = new_page(browser, site[1], forced_colors="active")
    page.goto(site[1] + "page.html")
    problems = track_problems(page)
    page.context.close()
    assert bool(problems) == hidden, problems


@pytest.mark.parametrize(("size", "small"), [("44px", False), ("40px", True)])
def test_a_target_too_small_for_a_finger_is_seen(browser, site, size, small):
    body = '<button>x</button><p>A <a href="#x" id="x">link</a> in a sentence.</p>'
    page, _ = opened(browser, site, body=body, style=f"button {{ width: {size}; height: {size} }}")
    problems = target_problems(page)
    page.context.close()
    assert bool(problems) == small, problems
