"""The page of the library: every public name, with its arguments, its docstring, its source and the chapters that use it.

The sources are read, not imported: that takes no second of torch, and the defaults stand there as they are written.
"""

import ast
import json
import re

import yaml

from tools.notebooks import cells

NOT_TAUGHT = {"checks", "figures"}  # they belong to the exercises and to the live figures
INTRODUCTION = """# The library, name by name

The code of the chapters, `course_lib`, by topic: arguments with their defaults, what comes back, and the errors that are
raised. Names and defaults are those of torch, wherever torch has the same thing. Shapes are in brackets: `(n, C)` means n
rows of C columns."""


def api_markdown(root, titles):
    """The page as MyST Markdown; `titles` maps the chapters that may be linked, "book/NN-slug.ipynb", to their titles."""
    address = yaml.safe_load((root / "_config.yml").read_text("utf8"))["repository"]
    files = f"{address['url']}/blob/{address['branch']}"
    users = {name: used(json.loads((root / name).read_text("utf8"))) for name in titles if name.startswith("book/")}
    parts = [INTRODUCTION]
    for topic in topics(root / "course_lib"):
        tree = parse(module_path(root, f"course_lib.{topic}"))
        parts += [f"## {topic}", markdown(ast.get_docstring(tree))]
        for name in public(tree):
            path, definition = resolve(root, f"course_lib.{topic}", name)
            full_name = f"course_lib.{topic}.{name}"
            links = f"[source]({files}/{path.relative_to(root).as_posix()})"
            chapters = [
                f"[{titles[chapter].split(':')[0]}](/{chapter})"
                for chapter, names in users.items()
                if full_name in names
            ]
            parts.append(entry(definition, full_name, links + (", used in " + ", ".join(chapters) if chapters else "")))
    return "\n\n".join(parts)


def topics(library):
    """The taught modules and packages of the library, in alphabetical order."""
    names = {path.stem for path in library.glob("*.py")} | {path.parent.name for path in library.glob("*/__init__.py")}
    return sorted(names - NOT_TAUGHT - {"__init__"})


def module_path(root, module):
    """The file of a module, or of a package its __init__.py."""
    base = root.joinpath(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def parse(path):
    return ast.parse(path.read_text("utf8"))


def public(tree):
    """The names in a module's `__all__`, or else those that it defines without an underscore."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["__all__"]:
            return ast.literal_eval(node.value)
    return [node.name for node in tree.body if is_definition(node) and not node.name.startswith("_")]


def is_definition(node):
    return isinstance(node, (ast.FunctionDef, ast.ClassDef))


def resolve(root, module, name):
    """The file that defines `name`, and its definition there; `module` defines it or imports it from the library."""
    path = module_path(root, module)
    for node in parse(path).body:
        if is_definition(node) and node.name == name:
            return path, node
        if isinstance(node, ast.ImportFrom) and name in [alias.asname or alias.name for alias in node.names]:
            return resolve(root, node.module, name)
    raise LookupError(f"{module} offers {name}, but neither defines it nor imports it from the library")


def used(notebook):
    """The full names of the library that a notebook's code uses: what it imports, and attributes of that."""
    imported, names = {}, set()
    for cell in cells.code(notebook):
        source = {**cell, "source": "".join(cell["source"])}
        for node in ast.walk(cells.tree(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "course_lib":
                imported |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in imported:
                names.add(f"{imported[node.value.id]}.{node.attr}")
    return names | set(imported.values())


def entry(definition, full_name, links=""):
    """A function or class as a directive of Sphinx's Python domain; the methods of a class stand inside it."""
    if isinstance(definition, ast.FunctionDef):
        return directive(
            "function", f"{full_name}({arguments(definition.args)})", markdown(documentation(definition)), links
        )
    methods = {node.name: node for node in definition.body if isinstance(node, ast.FunctionDef)}
    fields = ", ".join(node.target.id for node in definition.body if isinstance(node, ast.AnnAssign))
    signature = arguments(methods["__init__"].args, method=True) if "__init__" in methods else fields
    inner = [
        directive("method", f"{name}({arguments(node.args, method=True)})", markdown(ast.get_docstring(node)))
        for name, node in methods.items()
        if not name.startswith("_") and ast.get_docstring(node)
    ]
    kind = "exception" if full_name.endswith("Error") else "class"
    return directive(
        kind, f"{full_name}({signature})", markdown(documentation(definition)), *inner, links, fence="`````"
    )


def directive(kind, signature, *parts, fence="````"):
    return "\n".join([f"{fence}{{py:{kind}}} {signature}", "\n\n".join(filter(None, parts)), fence])


def arguments(args, method=False):
    """The arguments as they are written, for a method without self."""
    text = ast.unparse(args)
    return re.sub(r"^self(, )?", "", text) if method else text


def documentation(definition):
    """The docstring, which every public name has."""
    text = ast.get_docstring(definition)
    if text is None:
        raise LookupError(f"{definition.name} is public and has no docstring")
    return text


def markdown(docstring):
    """A docstring as Markdown: indented blocks and words in backticks are code, the rest is plain text."""
    blocks = re.split(r"\n\n+", docstring.replace("::\n\n", ":\n\n"))
    return "\n\n".join(block if block.startswith("    ") else plain(block) for block in blocks)


def plain(block):
    """Escape what Markdown would take for emphasis, links or formulas, outside of code."""
    parts = re.split(r"(`+[^`]+`+)", re.sub(r":(?:func|class|mod|meth):(?=`)", "", block))  # a role is no word
    return "".join(part if i % 2 else re.sub(r"([*_$<|\[\]#\\])", r"\\\1", part) for i, part in enumerate(parts))
