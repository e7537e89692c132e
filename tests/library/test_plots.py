"""The figures draw what they are given, with labelled axes, in the house style."""

import io

import matplotlib
import pytest
import torch

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

from course_lib import plots  # noqa: E402
from course_lib.claims import interval  # noqa: E402


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_curves_of_seeds_have_the_interval_as_a_band():
    values = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    ax = plots.curves({"a": values, "b": values[:, 0]}, xlabel="step", ylabel="loss")
    mean, low, high, *_ = interval(values[3], over="seeds")
    assert abs(ax.lines[0].get_ydata()[3] - mean) < 1e-6
    vertices = ax.collections[0].get_paths()[0].vertices
    heights = [y for x, y in vertices if x == 3]
    assert abs(max(heights) - high) < 1e-6 and abs(min(heights) - low) < 1e-6
    assert ax.get_xlabel() == "step" and ax.get_ylabel() == "loss" and ax.get_legend() is not None


def test_curves_refuse_three_dimensions():
    with pytest.raises(ValueError, match="points, seeds"):
        plots.curves({"a": torch.zeros(2, 3, 4)}, xlabel="step", ylabel="loss")


def test_a_path_lies_on_its_contours():
    ax = plots.contours(lambda w: (w**2).sum(-1), (-1, 1), (-1, 1))
    plots.path(torch.tensor([[1.0, 1.0], [0.5, 0.25]]), ax=ax)
    assert list(ax.lines[0].get_xdata()) == [1.0, 0.5] and ax.get_xlabel() and ax.get_ylabel()


@pytest.mark.parametrize("unit", [{}, {"over": "splits", "ratio": 0.25}])
def test_intervals_show_those_of_the_unit_of_chance(unit):
    values = torch.tensor([1.0, 2.0, 4.0, 5.0, 3.0])
    ax = plots.intervals({"a": values, "b": values + 1}, xlabel="accuracy (%)", **unit)
    _, low, high, *_ = interval(values, **(unit or {"over": "seeds"}))
    bar = ax.containers[0].lines[2][0].get_segments()[0]
    assert abs(bar[0][0] - low) < 1e-6 and abs(bar[1][0] - high) < 1e-6
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]


@pytest.mark.parametrize("shape", [(5, 1, 8, 8), (5, 8, 8)])
def test_images_take_both_layouts(shape):
    axes = plots.images(torch.rand(shape), titles=range(5), columns=3)
    assert axes.shape == (2, 3) and axes[1, 1].get_title() == "4"


def drawn(axes):
    """The colours of each picture, (height, width, 4) from 0 to 1."""
    pictures = [ax.images[0] for ax in axes.flat if ax.images]
    return [picture.to_rgba(picture.get_array()) for picture in pictures]


def test_images_share_one_scale():
    faint, strong = torch.tensor([[[0.0, 0.1]]]), torch.tensor([[[0.0, 1.0]]])
    first, second = drawn(plots.images(torch.cat([faint, strong])))
    assert first[0, 1, 0] > 0.9 and second[0, 1, 0] == 0 and (first[0, 0] == second[0, 0]).all()


def test_images_in_colour_are_drawn_in_colour():
    colours = torch.eye(3)[:, :, None, None].expand(3, 3, 2, 2)  # a red, a green and a blue one
    for i, picture in enumerate(drawn(plots.images(colours))):
        assert (picture[..., :3] == torch.eye(3)[i].numpy()).all()


@pytest.mark.parametrize(
    "inputs, titles, words",
    [
        (torch.rand(5, 64), None, "height, width"),
        (torch.rand(5, 8, 8, 3), None, r"channels that come last go there by permute\(0, 3, 1, 2\)"),
        (torch.rand(0, 8, 8), None, r"shape \(0, 1, 8, 8\)"),
        (255 * torch.ones(1, 3, 2, 2), None, "reach from 255 to 255: colours are drawn from 0 to 1; divide bytes"),
        (torch.full((1, 2, 2), torch.nan), None, "inputs contain nan"),
        (torch.rand(3, 2, 2), ["one"], "titles: 1 for 3 images"),
    ],
)
def test_images_refuse_what_they_cannot_draw(inputs, titles, words):
    with pytest.raises(ValueError, match=words):
        plots.images(inputs, titles=titles)


def test_a_band_needs_two_seeds():
    with pytest.raises(ValueError, match="1 seed has no interval; pass at least 2"):
        plots.curves({"a": torch.zeros(4, 1)}, xlabel="step", ylabel="loss")


def test_a_figure_is_the_same_bytes_each_time_and_transparent():
    def svg():
        ax = plots.curves({"a": [1.0, 2.0]}, xlabel="step", ylabel="loss")
        out = io.StringIO()
        ax.figure.savefig(out, format="svg", metadata={"Date": None})
        return out.getvalue()

    first = svg()
    assert first == svg()
    assert "fill: #ffffff" not in first


def test_the_palette_repeats_itself_in_line_styles():
    styles = [entry["linestyle"] for entry in plt.rcParams["axes.prop_cycle"]]
    assert len(set(map(str, styles))) == len(styles)


def test_diagram_arrows_run_from_rim_to_rim():
    ax = plots.diagram({"layer": (0.1, 0.5), "loss": (0.9, 0.5)}, [("layer", "loss", "outputs")])
    ax.figure.canvas.draw()
    layer, loss = (text.get_bbox_patch().get_window_extent() for text in ax.texts[:2])
    arrow = ax.texts[2].arrow_patch.get_window_extent()
    assert layer.x1 <= arrow.x0 < layer.x1 + 10 and loss.x0 - 10 < arrow.x1 <= loss.x0
    label = ax.texts[3].get_window_extent()
    assert ax.texts[3].get_text() == "outputs" and layer.x1 < label.x0 < label.x1 < loss.x0 and label.y0 > arrow.y0


def test_diagram_labels_stand_clear_of_their_arrows():
    boxes = {"low": (0.1, 0.1), "high": (0.9, 0.9), "left": (0.1, 0.9), "right": (0.9, 0.1), "down": (0.1, 0.0)}
    for start, end in (("low", "high"), ("left", "right"), ("left", "down"), ("high", "low")):
        ax = plots.diagram(boxes, [(start, end, "weight")])
        ax.figure.canvas.draw()
        line = ax.transData.transform([boxes[start], boxes[end]])
        steps = torch.linspace(0, 1, 200, dtype=torch.float64).unsqueeze(1).numpy()
        points = line[0] + steps * (line[1] - line[0])
        label = ax.texts[-1].get_window_extent()
        assert not any(label.contains(x, y) for x, y in points), (start, end)


def test_diagram_refuses_an_arrow_to_no_box():
    with pytest.raises(ValueError, match="'layer' to 'los', but the boxes are 'layer', 'loss'"):
        plots.diagram({"layer": (0.1, 0.5), "loss": (0.9, 0.5)}, [("layer", "los", "")])
