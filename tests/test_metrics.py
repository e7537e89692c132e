"""The measures against counting by hand and the mean against all examples at once."""
import pytest
import torch

from course_lib.metrics import Mean, accuracy


def test_accuracy_counts_the_largest_logit():
    logits = torch.tensor([[3.0, 1.0, 0.0], [0.0, 2.0, 1.0], [0.0, 1.0, -2.0], [-5.0, -4.0, -1.0]])
    assert accuracy(logits, torch.tensor([0, 1, 0, 2])).item() == 0.75


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
@pytest.mark.parametrize("dtype", [torch.int64, torch.float32])
def test_accuracy_of_one_logit_asks_for_its_sign(shape, dtype):
    logits = torch.tensor([0.3, -0.3, 2.0, -2.0]).reshape(shape)
    assert accuracy(logits, torch.tensor([1, 0, 0, 0], dtype=dtype)).item() == 0.75
    assert accuracy(logits, torch.tensor([1, 0, 0, 0], dtype=dtype).reshape(4, 1)).item() == 0.75


def test_accuracy_of_images_of_classes():
    logits = torch.tensor([[[[1.0, 0.0, 3.0]], [[0.0, 1.0, 2.0]]]])  # (1 image, 2 classes, 1 by 3 pixels)
    assert accuracy(logits, torch.tensor([[[0, 1, 0]]])).item() == 1.0


@pytest.mark.parametrize("targets", [torch.zeros(4, 1), torch.zeros(3), torch.zeros(4, 2)])
def test_accuracy_names_shapes_that_do_not_fit(targets):
    with pytest.raises(ValueError, match=r"\(4, 3\).*\({}".format(targets.shape[0])):
        accuracy(torch.zeros(4, 3), targets)


@pytest.mark.parametrize("shape", [(), (3,)])
def test_mean_weighs_by_examples(shape):
    values = torch.rand(10, *shape, dtype=torch.float64)
    mean = Mean()
    for batch in values.split(4):  # 4, 4 and 2
        mean.update(batch.mean(dim=0), len(batch))
    expected = values.mean(dim=0)
    torch.testing.assert_close(torch.as_tensor(mean.compute(), dtype=torch.float64), expected, rtol=0, atol=1e-14)


def test_mean_gives_a_float_of_numbers_and_a_float64_tensor_of_tensors():
    number, several = Mean(), Mean()
    number.update(0.1, 3)
    several.update(torch.tensor([1.0, 2.0], requires_grad=True), 3)
    assert isinstance(number.compute(), float) and abs(number.compute() - 0.1) < 1e-15
    assert several.compute().dtype == torch.float64 and not several.compute().requires_grad


def test_mean_does_not_change_the_tensor_it_was_given():
    value = torch.tensor([1.0])
    mean = Mean()
    mean.update(value, 1)
    mean.update(value, 1)
    assert value.item() == 1.0


def test_mean_passes_nan_on():
    mean = Mean()
    mean.update(float("nan"), 1)
    assert mean.compute() != mean.compute()


def test_no_examples_have_no_mean():
    with pytest.raises(ValueError, match="0 examples"):
        Mean().compute()
