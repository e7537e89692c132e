"""Each ``expect`` of each check earns its place: without it a known wrong answer slips through, or reads other words."""
import ast
import inspect
import types

import pytest
from answers import WRONG, exercises, topics

# "momentum.ewa: the expect's first line": why no wrong answer needs it
GUARDS = {}


def expectations(tree):
    """The statements ``expect(...)`` of a module, in order."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name) and node.value.func.id == "expect"]


def without(module, number):
    """The module without its expectation of this number."""
    source = inspect.getsource(module)
    tree = ast.parse(source)
    cut = expectations(tree)[number]

    class Cut(ast.NodeTransformer):
        def visit_Expr(self, node):
            return ast.copy_location(ast.Pass(), node) if node is cut else node

    mutant = types.ModuleType(module.__name__)
    mutant.__package__ = module.__package__
    exec(compile(Cut().visit(tree), module.__file__, "exec"), mutant.__dict__)
    return mutant


def cases():
    for topic, module in topics().items():
        source = inspect.getsource(module)
        for number, node in enumerate(expectations(ast.parse(source))):
            yield pytest.param(topic, module, number, id=f"{topic}: {source.splitlines()[node.lineno - 1].strip()}")


def slips_through(topic, module, number):
    """Whether some wrong answer is accepted, or reads other words, without this expectation."""
    mutant = without(module, number)
    known = {name: exercise for key, exercise in exercises().items() for of, name in [key.split(".")] if of == topic}
    for name, exercise in known.items():
        for answer, says in WRONG[exercise]:
            result = getattr(mutant, name).run(answer)
            if result.status != "wrong" or says not in str(result):
                return True
    return False


@pytest.mark.parametrize("topic, module, number", list(cases()))
def test_expectation_is_needed(topic, module, number, request):
    guard = request.node.callspec.id in GUARDS
    assert slips_through(topic, module, number) != guard, \
        "needed after all: take it out of GUARDS" if guard else "no wrong answer needs it: add the one it is for, or drop it"


def test_guards_exist():
    assert set(GUARDS) <= {case.id for case in cases()}
    assert all(GUARDS.values()), "each guard has its reason"
