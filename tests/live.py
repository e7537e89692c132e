"""What must hold for a live figure in a page: each function returns the problems it found, in words."""

from io import BytesIO

from PIL import Image

VISIBLE = 100  # of 255 levels of grey between a track and what is behind it: a contrast of 3 at least
PARTS = ("drawing", "status line")
PATIENCE = 100  # looks, 50 ms and more apart, until what does not change is called still
STATUS = 400  # milliseconds until the status line has been written and laid out: base.js waits 250


def shown(stage):
    """What a reader sees of a figure: its drawing and its status line."""
    drawing = stage.evaluate("stage => [...stage.querySelectorAll('svg, canvas')].map(e => e.outerHTML).join('')")
    return drawing, " ".join(stage.locator("[role=status], [aria-live]").all_inner_texts())


def change_problems(page, what, stage, before):
    """What does not change within some seconds; a status line may wait for the end of the movement."""
    for _ in range(PATIENCE):
        still = [part for part, old, new in zip(PARTS, before, shown(stage), strict=True) if old == new]
        if not still:
            return []
        page.wait_for_timeout(50)
    return [f"{what}: the {part} does not change" for part in still]


def slider_problems(page, stage, index):
    """One slider: arrow keys and a drag of the mouse must change the drawing and the status line."""
    slider = stage.locator("input[type=range]").nth(index)
    name = f"slider {index + 1}"
    slider.scroll_into_view_if_needed()
    slider.focus()
    before = shown(stage)
    upper = "s => s.valueAsNumber >= (Number(s.min) + Number(s.max)) / 2"  # whether it stands in the upper half
    key = "ArrowLeft" if slider.evaluate(upper) else "ArrowRight"
    for _ in range(8):
        page.keyboard.press(key)
    problems = change_problems(page, f"{name}, arrow keys", stage, before)
    before = shown(stage)
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    end = 0.15 if slider.evaluate(upper) else 0.85  # far from where it stands, or the drag might end there
    page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, middle, steps=4)
    page.mouse.up()
    return problems + change_problems(page, f"{name}, mouse", stage, before)


def stage_problems(page):
    """Each live figure must have started, hide its picture, have sliders and a status line, and move."""
    problems = []
    figures = page.locator(".live-figure")
    for number in range(figures.count()):
        figure = figures.nth(number)
        where = f"live figure {number + 1}"
        if "is-live" not in (figure.get_attribute("class") or ""):
            problems.append(f"{where}: did not start")
            continue
        if figure.locator(".live-picture").is_visible():
            problems.append(f"{where}: picture and live figure are both shown")
        stage = figure.locator(".live-stage")
        sliders = stage.locator("input[type=range]").count()
        if not sliders:
            problems.append(f"{where}: has no slider")
        for index in range(sliders):
            problems += [f"{where}, {problem}" for problem in slider_problems(page, stage, index)]
    return problems


def static_problems(page):
    """Each live figure must show its picture with words, and nothing that can't be moved."""
    problems = []
    figures = page.locator(".live-figure")
    for number in range(figures.count()):
        picture = figures.nth(number).locator(".live-picture")
        if not picture.is_visible() or picture.bounding_box()["height"] < 50:
            problems.append(f"live figure {number + 1}: its picture is not shown")
        if not picture.get_attribute("alt"):
            problems.append(f"live figure {number + 1}: its picture has no alternative text")
        stage = figures.nth(number).locator(".live-stage")
        if stage.count() and stage.is_visible():
            problems.append(f"live figure {number + 1}: shows controls that do nothing here")
    return problems


# Where a slider is and how high its figure is, at the ends, where sentences are longest and waited for, and between them.
PLACES = """async slider => {
  const stage = slider.closest(".live-stage"), places = new Set();
  const range = slider.max - slider.min, ends = [Number(slider.min), Number(slider.max)];
  const between = [1, 2, 3, 10, 20, 40, 60, 80, 90].map(percent => Number(slider.min) + range * percent / 100);
  for (const value of [...ends, ...between]) {
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(done => ends.includes(value) ? setTimeout(done, STATUS) : requestAnimationFrame(done));
    const { top, height } = stage.getBoundingClientRect();
    places.add(`${Math.round(slider.getBoundingClientRect().top - top)} px, ${Math.round(height)} px`);
  }
  return [...places].sort();
}""".replace("STATUS", str(STATUS))


def jump_problems(page):
    """Sliders that move away under the hand, and figures that change their height, while a slider goes from end to end."""
    problems = []
    stages = page.locator(".live-figure .live-stage")
    for number in range(stages.count()):
        sliders = stages.nth(number).locator("input[type=range]")
        for index in range(sliders.count()):
            sliders.nth(index).scroll_into_view_if_needed()
            places = sliders.nth(index).evaluate(PLACES)
            if len(places) > 1:
                where = f"live figure {number + 1}, slider {index + 1}"
                problems.append(f"{where} jumps: (its place, the figure's height) {places}")
    return problems


def track_problems(page):
    """Sliders whose track can't be told from what is behind it: looked for in a picture of the slider, beside its handle."""
    problems = []
    sliders = page.locator(".live-figure .live-stage input[type=range]")
    for index in range(sliders.count()):
        slider = sliders.nth(index)
        slider.evaluate(
            "s => { s.blur(); s.value = s.max; }"
        )  # the handle is at the right, so the track shows at the left
        picture = Image.open(BytesIO(slider.screenshot())).convert("L")
        column = [picture.getpixel((picture.width // 4, y)) for y in range(picture.height)]
        if max(column) - min(column) < VISIBLE:
            problems.append(f"slider {index + 1}: no track is to be seen")
    return problems
