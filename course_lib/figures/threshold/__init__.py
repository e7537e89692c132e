"""The live figure of the threshold: the confusion matrix and both curves follow it, and how rare the class is."""

import math

import torch
import traitlets

from course_lib import data, metrics, plots
from course_lib.figures.base import LiveFigure, checked, sources

RAREST = 0.001  # the smallest share of class 1
CASES = 1000  # of so many cases the matrix tells, where the share is not that of the data
MOST_EXAMPLES = 500


def tumours():
    """Return probabilities, float64 (190,), that tumours of `data.breast_cancer` are malignant, and targets (190,).

    Every third tumour of the file; the probabilities come from linear discriminant analysis (Fisher 1936) of two of the
    features, mean texture and mean smoothness, fitted to the others, and are rounded to 4 decimals.
    """
    inputs, targets = data.breast_cancer()
    points, malignant = inputs[:, [1, 4]].double(), targets == 0
    held_out = torch.arange(len(points)) % 3 == 0
    groups = [points[~held_out & (malignant == label)] for label in (False, True)]
    means = [group.mean(0) for group in groups]
    spread = sum((group - mean).T @ (group - mean) for group, mean in zip(groups, means)) / (len(points) * 2 / 3)
    direction = torch.linalg.solve(spread, means[1] - means[0])
    logits = (points[held_out] - (means[0] + means[1]) / 2) @ direction + math.log(len(groups[1]) / len(groups[0]))
    return logits.sigmoid().round(decimals=4), malignant[held_out].long()


def simulate(scores, targets, threshold, prevalence):
    """Return what a threshold gives, and what every one would, were the share of class 1 `prevalence`.

    A dict of `counts`, int64 (2, 2), of the examples as they are, and float64: their `shares` (2, 2), which add up to 1;
    `accuracy`, `precision` (nan where nothing is called 1), `recall` and `fpr`; `fprs`, `tprs` and `precisions`, a value
    for each different score and one more before them, from the highest threshold; `area`, under the ROC curve, and
    `average`, the average precision. The JavaScript of the figure computes the same.
    """
    scores, targets = torch.as_tensor(scores, dtype=torch.float64), torch.as_tensor(targets)
    counts = metrics.confusion_matrix(scores, targets, threshold=threshold)
    rates = counts.double() / counts.sum(dim=1, keepdim=True)
    shares = rates * torch.tensor([[1 - prevalence], [prevalence]], dtype=torch.float64)
    fprs, tprs, _ = metrics.roc_curve(scores, targets)
    precisions = prevalence * tprs / (prevalence * tprs + (1 - prevalence) * fprs)
    return {
        "counts": counts,
        "shares": shares,
        "accuracy": shares.trace(),
        "precision": shares[1, 1] / shares[:, 1].sum(),
        "recall": rates[1, 1],
        "fpr": rates[0, 1],
        "fprs": fprs,
        "tprs": tprs,
        "precisions": precisions,
        "area": metrics.roc_auc(scores, targets),
        "average": (tprs.diff() * precisions[1:]).sum(),
    }


def are_probabilities(scores):
    """Return whether all scores lie from 0 to 1; others are logits."""
    return all(0 <= score <= 1 for score in scores)


def ends(scores):
    """Return the ends of the axis of scores: a threshold there calls every example 1, or none."""
    if are_probabilities(scores):
        return -0.02, 1.02
    return math.floor(min(scores) - 0.5), math.ceil(max(scores) + 0.5)


def amounts(result, targets, prevalence):
    """Return the four numbers of the matrix as text: of the examples, or of 1000 cases with another share of class 1."""
    if prevalence == sum(targets) / len(targets):
        return [[str(count) for count in row] for row in result["counts"].tolist()]
    return [
        [f"{CASES * share:.{1 if CASES * share < 100 else 0}f}" for share in row] for row in result["shares"].tolist()
    ]


class ThresholdFigure(LiveFigure):
    """The examples of two classes along their scores, cut by a threshold; the confusion matrix, the ROC curve and the
    precision-recall curve beside them.

    `scores`, 10 to 500 numbers, are probabilities of class 1 if all lie from 0 to 1, otherwise logits; `targets` are 0
    and 1, both of them there; tensors (n,) or (n, 1), or lists. Without them: `tumours()`. `classes` are the names of
    classes 0 and 1. These are fixed from the beginning. An example is called class 1 where its score is above
    `threshold`, one half as probability if not given. `prevalence`, from 0.001 to the share of class 1 in the targets,
    tells how common class 1 is where the model is used: it weighs the counts, and is that share if not given. Both can be
    set from Python and by the reader. `picture` (SVG) and `alt` show the present setting to readers without JavaScript.
    Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("threshold")
    scores = traitlets.List(traitlets.Float(), read_only=True).tag(sync=True)
    targets = traitlets.List(traitlets.Int(), read_only=True).tag(sync=True)
    classes = traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode(), read_only=True).tag(sync=True)
    threshold = traitlets.Float().tag(sync=True)
    prevalence = traitlets.Float().tag(sync=True)

    def __init__(self, scores=None, targets=None, threshold=None, prevalence=None, classes=("benign", "malignant")):
        if (scores is None) != (targets is None):
            raise traitlets.TraitError("scores and targets belong together: take both, or neither for the tumours")
        if scores is None:
            scores, targets = tumours()
        scores = torch.as_tensor(scores, dtype=torch.float64).flatten().tolist()
        targets = [
            int(target) if target in (0, 1) else target for target in torch.as_tensor(targets).flatten().tolist()
        ]
        if threshold is None:
            threshold = 0.5 if are_probabilities(scores) else 0.0
        if prevalence is None:
            prevalence = targets.count(1) / max(1, len(targets))
        still = {"scores": scores, "targets": targets, "classes": classes}
        super().__init__(still, threshold=threshold, prevalence=prevalence)

    @traitlets.default("constants")
    def _constants(self):
        of_scores = {"probabilities": are_probabilities(self.scores), "ends": ends(self.scores)}
        return {"rarest": RAREST, "cases": CASES, **of_scores}

    @traitlets.validate("scores")
    def _check_scores(self, proposal):
        scores = proposal.value
        if not 10 <= len(scores) <= MOST_EXAMPLES:
            raise traitlets.TraitError(f"scores: take from 10 to {MOST_EXAMPLES} of them, not {len(scores)}")
        for i, score in enumerate(scores):
            if not math.isfinite(score):
                raise traitlets.TraitError(f"scores[{i}]={score}: take finite numbers, probabilities or logits")
        return scores

    @traitlets.validate("targets")
    def _check_targets(self, proposal):
        if len(proposal.value) != len(self.scores):
            raise traitlets.TraitError(
                f"targets: take one for each of the {len(self.scores)} scores, not {len(proposal.value)}"
            )
        if set(proposal.value) != {0, 1}:
            found = sorted(set(proposal.value))
            raise traitlets.TraitError(f"targets={found}: take 0 and 1, and examples of both classes")
        return proposal.value

    @traitlets.validate("classes")
    def _check_classes(self, proposal):
        return checked(
            proposal,
            all(1 <= len(name) <= 14 for name in proposal.value),
            "names of 1 to 14 letters, which fit the figure",
        )

    @traitlets.validate("threshold")
    def _check_threshold(self, proposal):
        low, high = ends(self.scores)
        return checked(proposal, low <= proposal.value <= high, f"a number from {low} to {high}")

    @traitlets.validate("prevalence")
    def _check_prevalence(self, proposal):
        most = sum(self.targets) / len(self.targets)
        return checked(
            proposal,
            RAREST <= proposal.value <= most,
            f"a share from {RAREST} to {most:.4g}, that of class 1 in the targets",
        )

    def draw(self, ax):
        """Draw what every threshold would give: precision and false positive rate over recall, the present one as dots."""
        now = simulate(self.scores, self.targets, self.threshold, self.prevalence)
        (_, fp), (fn, tp) = amounts(now, self.targets, self.prevalence)
        series = {"precision": now["precisions"], "false positive rate": now["fprs"]}
        xlabel = f"recall: share of the {self.classes[1]} cases that is found"
        plots.curves(series, now["tprs"], ax=ax, xlabel=xlabel, ylabel="share").get_legend().remove()
        for color, name in enumerate(("precision", "fpr")):
            ax.plot(now["recall"], now[name], "o", color=f"C{color}", markersize=8, clip_on=False)  # nan: no dot
        ax.axhline(self.prevalence, color="#6e6e6e", linestyle=":", linewidth=1, label="precision of guessing")
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.set_title(f"Threshold {self.threshold:.3g}: {tp} found, {fn} missed, {fp} false alarms")
        ax.figure.legend(loc="outside lower center", ncols=3)

    def describe(self):
        """Return the text that stands for the picture: the setting and what it gives."""
        result = simulate(self.scores, self.targets, self.threshold, self.prevalence)
        (tn, fp), (fn, tp) = amounts(result, self.targets, self.prevalence)
        basis, precision = f"{len(self.scores)} examples", f"precision {result['precision']:.1%}"
        if self.prevalence != sum(self.targets) / len(self.targets):
            basis = f"{CASES} cases, {self.prevalence:.1%} of them {self.classes[1]}"
        if result["precision"].isnan():
            precision = f"no precision, for nothing is called {self.classes[1]}"
        return (
            f"{len(self.scores)} examples of the classes {self.classes[0]} and {self.classes[1]}, cut by a threshold at "
            f"{self.threshold:.3g}. Of {basis}: {tp} true positives, {fp} false positives, {fn} false negatives, {tn} "
            f"true negatives; accuracy {result['accuracy']:.1%}, {precision}, recall {result['recall']:.1%}, false "
            f"positive rate {result['fpr']:.1%}. Drawn over recall, with this threshold as dots: precision, whose average "
            f"is {result['average']:.3f}, and the false positive rate; the ROC area is {result['area']:.3f}."
        )

    def __repr__(self):
        now = f"threshold={self.threshold:g}, prevalence={self.prevalence:.3g}"
        return f"ThresholdFigure({len(self.scores)} examples, {now})"
