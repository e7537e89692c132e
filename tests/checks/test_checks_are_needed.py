"""Each ``expect`` of each check earns its place: without it a known wrong answer slips through, or reads other words."""

import ast
import inspect
import types

import pytest
from answers import WRONG, exercises, topics
from mutants import without


def expectations(tree):
    """(name of the function, the statement) for each ``expect(...)`` of a module, in order."""
    return [
        (function.name, node)
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "expect"
    ]


def without_expectation(module, number):
    """The module without its expectation of this number, and the expectation."""
    node, code = without(inspect.getsource(module), number, lambda tree: [node for _, node in expectations(tree)])
    mutant = types.ModuleType(module.__name__)
    mutant.__package__ = module.__package__
    exec(code, mutant.__dict__)
    return mutant, node


def cases():
    for topic, module in topics().items():
        source = inspect.getsource(module)
        for number, (function, node) in enumerate(expectations(ast.parse(source))):
            name = f"{topic}.{function}: {source.splitlines()[node.lineno - 1].strip()}"
            yield pytest.param(topic, module, function, number, id=name)


def slips_through(topic, module, function, number):
    """Whether some wrong answer is accepted, or reads other words, without this expectation."""
    mutant, node = without_expectation(module, number)
    known = {key.partition(".")[2]: exercise for key, exercise in exercises().items() if key.startswith(f"{topic}.")}
    names = [function] if function in known else known  # what several checks share is tried with all of them
    given = [(name, answer, says) for name in names for answer, says in WRONG[known[name]]]
    said = " ".join(n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    for name, answer, says in sorted(given, key=lambda one: one[2] not in said):  # first those that read its words
        result = getattr(mutant, name).run_here(answer)  # a copy of the process each time would take minutes
        if result.status != "wrong" or says not in str(result):
            return True
    return False


@pytest.mark.parametrize("topic, module, function, number", list(cases()))
def test_expectation_is_needed(topic, module, function, number):
    assert slips_through(topic, module, function, number), "no wrong answer needs it: add the one it is for, or drop it"
