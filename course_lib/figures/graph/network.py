"""The small network of the figure: its graph, where each part of it is drawn, and its numbers."""

import math

# The network: sums of products, two bends, and the squared error. The weights are W₁ = [[w₁, w₂], [w₃, w₄]] and
# W₂ = [[w₅, w₆]], (out, in) as in torch; there are no biases.
SUMS = {"z₁": [("w₁", "x₁"), ("w₂", "x₂")], "z₂": [("w₃", "x₁"), ("w₄", "x₂")], "ŷ": [("w₅", "a₁"), ("w₆", "a₂")]}
WEIGHTS = ["w₁", "w₂", "w₃", "w₄", "w₅", "w₆"]
BENDS = {"a₁": "z₁", "a₂": "z₂"}
ACTIVATIONS = {  # each with its slope from its output
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda a: a * (1 - a)),
    "tanh": (math.tanh, lambda a: 1 - a * a),
    "relu": (lambda z: max(z, 0.0), lambda a: float(a > 0)),
}
FORWARD = ["z₁", "z₂", "a₁", "a₂", "ŷ", "ℓ"]
BACKWARD = ["ℓ", "ŷ", "w₅", "w₆", "a₁", "a₂", "z₁", "z₂", "w₁", "w₂", "w₃", "w₄", "x₁", "x₂"]
LAST = len(FORWARD) + len(BACKWARD) + 1  # the last step looks back at the whole
MOST = 3.0  # the largest size of a weight, an input and the target
NUDGE = 0.01  # by which the last step moves w₁, to check its slope

# The drawing, 360 wide, y downwards: the middle of each box, and its width by the kind of node.
PLACES = {"w₁": (30, 68), "w₂": (90, 68), "x₁": (150, 68), "x₂": (210, 68), "w₃": (270, 68), "w₄": (330, 68)}
PLACES |= {"z₁": (112, 172), "z₂": (248, 172), "a₁": (112, 248), "a₂": (248, 248), "w₅": (30, 248), "w₆": (330, 248)}
PLACES |= {"ŷ": (180, 344), "ℓ": (180, 422), "y": (60, 422)}
GIVEN = {"start": (88, 422), "end": (144, 422)}  # the arrow from the target, along which no slope is needed
HALF_HEIGHT = 19
# How far along its arrow a number stands where it would lie on another: beyond the crossing, nearer to the sum.
FURTHER = {("x₂", "z₁"): 0.8, ("x₁", "z₂"): 0.8, ("w₅", "ŷ"): 0.6, ("w₆", "ŷ"): 0.6}


def half_width(name):
    """Return half the width of a node's box: a computed number takes more room than a given one."""
    return 36 if name in FORWARD else 28


def edges():
    """Return the arrows of the graph: from, to, both ends, and where the number stands, in the order of the targets."""
    sources_of = {target: [name for pair in pairs for name in pair] for target, pairs in SUMS.items()}
    sources_of |= {target: [source] for target, source in BENDS.items()} | {"ℓ": ["ŷ"]}
    found = []
    for target, into in sources_of.items():
        middle, below = PLACES[target]
        for rank, source in enumerate(sorted(into, key=lambda name: PLACES[name][0])):
            x, y = PLACES[source]
            end = middle + 18 * (rank - (len(into) - 1) / 2), below - HALF_HEIGHT
            part = FURTHER.get((source, target), 0.3 if len(into) > 1 else 0.5)
            start = (x, y + HALF_HEIGHT)
            at = tuple(round(a + part * (b - a), 1) for a, b in zip(start, end, strict=True))
            found.append({"from": source, "to": target, "start": start, "end": end, "at": at})
    return found


EDGES = edges()


def simulate(x, w, y, activation):
    """Return three dicts of floats: the value of each node, the local derivative of each edge, the slope of each node.

    Edges are pairs (from, to) in the order of `EDGES`; the slope of a node is that of the loss ℓ = (ŷ - y)² in it.
    The JavaScript of the figure does the same operations.
    """
    bend, slope_of = ACTIVATIONS[activation]
    values = {"x₁": x[0], "x₂": x[1], "y": y} | dict(zip(WEIGHTS, w, strict=True))
    for name in FORWARD:
        if name in SUMS:
            values[name] = sum(values[a] * values[b] for a, b in SUMS[name])
        else:
            values[name] = bend(values[BENDS[name]]) if name in BENDS else (values["ŷ"] - y) ** 2
    derivatives = {}
    for source, target in ((edge["from"], edge["to"]) for edge in EDGES):
        if target in SUMS:  # of a product: the other factor
            ((other,),) = (set(pair) - {source} for pair in SUMS[target] if source in pair)
            derivatives[source, target] = values[other]
        else:
            derivatives[source, target] = slope_of(values[target]) if target in BENDS else 2 * (values["ŷ"] - y)
    slopes = {"ℓ": 1.0}
    for name in BACKWARD[1:]:
        onward = [(target, local) for (source, target), local in derivatives.items() if source == name]
        slopes[name] = sum(slopes[target] * local for target, local in onward)
    return values, derivatives, slopes
