"""The lint that finds measured results typed by hand: what it catches and what it lets pass."""

import pytest

from tools.notebooks.typed_results import typed_results

CATCHES = [
    "Dropout brings the validation error down to 8 %.",
    "The network is right in 97.5 percent of the cases.",
    "It is right ninety-three percent of the time.",
    "The model reaches an accuracy of 0.93.",
    "After that the validation loss is about 0.31.",
    "We end with a loss 0.31 and stop.",
    "The test error falls to **0.04**.",
    "That gives 0.93 accuracy on the digits.",
    "The final RMSE was 54.",
    "One epoch takes 12 seconds here.",
    "Training took two minutes.",
    "A run needs 3.2 s on two cores.",
    "A step costs 40 ms.",
    "Momentum is 3 times faster.",
    "Stacked, the seeds train ten times faster.",
    "Nesterov is 1.5x faster than that.",
    "Adam is twice as fast.",
    "It halves the error.",
    "Batch normalization nearly doubles the speed.",
    "Momentum needs half as many steps.",
    "It is faster by a factor of about six.",
    "It is two orders of magnitude slower.",
    "Momentum needs 46 steps.",
    "Plain descent reaches the target in 112 steps.",
    "Plain descent needed a few hundred steps.",
    "It takes thousands of steps.",
    "It is a hundred times slower and some thousand times worse.",
    "The lowest validation loss is seen at epoch 14.",
    "The mean over the seeds is 0.93 ± 0.01.",
    "The ensemble gains 2 points.",
    "It classified 970 of 1000 images correctly.",
    "The network gets nine out of ten digits right.",
    "The accuracy rises from 0.91 with one seed to more with all.",
    "With a learning rate ten times larger, the loss is 0.7.",
    "- first, the accuracy is 0.5\n- then, it grows",
    "> A quotation passes.\n\nBut the loss of 0.25 after it does not.",
    "```\ncode\n```\nBut the loss of 0.25 after it does not.",
]
PASSES = [
    "We set β = 0.9 and a learning rate of 0.1.",
    "With $\\beta=0.9$ the error is $0.1 \\cdot 0.9 = 0.09$, hence $9\\,\\%$.",
    "Batches of 32 and 16 seeds.",
    "Images of 8×8 pixels, 10 classes.",
    "> The lecture says: the accuracy is 0.97 after 12 seconds.",
    "With few labels the accuracy is 0.97 [Srivastava 2014](https://doi.org/10.1000/xyz).",
    "Adam needs 46 steps there ([Kingma 2015](https://arxiv.org/abs/1412.6980)).",
    "`accuracy = 0.93` is how a program would print it.",
    "```\nloss 0.31, 12 seconds\n\naccuracy 0.93\n```",
    "$$a = 9\\%\n\n b = 12 s$$",
    "The 95 % interval of the difference excludes zero.",
    "Dropout of 20 % in the hidden layer.",
    "We hold out 20 % as the validation part and 20 % as the test part.",
    "We keep 10 % of the labels.",
    "The learning rate is ten times larger in the second group.",
    "Each further layer has four times as many weights.",
    "What accuracy do you expect: 10 %, 50 % or 90 %?",
    "Suppose that a test is right in 99 % of the cases.",
    "**Exercise (predict, 2 minutes).** An average forgets.",
    "Less than 1 % of its weight may be older than that.",
    "We train for 20 epochs and look again.",
    "Today's value enters with the weight 0.1, and the second layer with the third.",
    "A loss of 0 means that every answer is certain and right; an accuracy of 1 is perfect.",
    "Halve the learning rate when the loss stops falling.",
    "The second moment decays with 0.999.",
    "A timeout of 5 seconds.",
    "See [Momentum](13-momentum.ipynb#loss-0.31).",
    "See [Polyak](https://example.org/0041-5553(64)90137-loss-0.31).",
    "In step 3 of 8 we choose the loss.",
    "Twice as wide a network has more to learn with.",
]


@pytest.mark.parametrize("text", CATCHES)
def test_catches(text):
    assert typed_results(text)


@pytest.mark.parametrize("text", PASSES)
def test_passes(text):
    assert typed_results(text) == []


def test_the_title_may_say_how_long_the_chapter_takes():
    title = "# Momentum\n\nStep 5 of 8. This chapter takes about 20 minutes."
    assert typed_results(title, is_title=True) == []
    assert typed_results(title)
    assert typed_results("# Momentum\n\nIt took 20 seconds.", is_title=True)


def test_names_the_kind_and_the_words():
    found = typed_results("The loss is 0.31 and it takes 12 seconds.")
    assert found == ["metric: loss is 0.31", "duration: 12 seconds"]
