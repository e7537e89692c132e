"""Break code on purpose: one piece of its text replaced, or one of its statements left out."""

import ast
import inspect
from types import SimpleNamespace


def package(modules, mutated=None, right="", wrong=""):
    """Run the sources of `modules` as one, in a namespace of their own, so that all of it sees the mutation.

    In the source of the module `mutated`, the text `right`, which must be there once, is replaced by `wrong`. Modules
    come before those that import them.
    """
    names = {"__name__": "mutant"}
    for module in modules:
        source = inspect.getsource(module)
        if module is mutated:
            assert source.count(right) == 1, f"{source.count(right)} times in {module.__name__}: {right}"
            source = source.replace(right, wrong)
        tree = ast.parse(source)
        tree.body = [node for node in tree.body if not is_ours(node)]
        exec(compile(tree, f"mutant of {module.__name__}", "exec"), names)
    return SimpleNamespace(**names)


def is_ours(node):
    """Whether this is an import from the library: its names are in the namespace already."""
    return isinstance(node, ast.ImportFrom) and node.module.startswith("course_lib")


def without(source, number, candidates):
    """Return (the statement, the code of `source` without it): the statement is the `number`-th of candidates(tree)."""
    tree = ast.parse(source)
    cut = candidates(tree)[number]

    class Cut(ast.NodeTransformer):
        def visit(self, node):
            return ast.copy_location(ast.Pass(), node) if node is cut else self.generic_visit(node)

    return cut, compile(Cut().visit(tree), "mutant", "exec")
