"""The source of a solution, with everything that it needs."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable


def code_of(function: Callable) -> str:
    """Get the source of a module's function below its imports and the functions of the module that it calls.

    >>> print(code_of(code_of).splitlines()[0])
    import ast
    """
    text = inspect.getsource(inspect.getmodule(function))
    module = ast.parse(text).body
    functions = {node.name: node for node in module if isinstance(node, ast.FunctionDef)}
    wanted, used = [function.__name__], set()
    for name in wanted:  # grows while it is walked
        names = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)}
        wanted += sorted(names & set(functions) - set(wanted))
        used |= names
    imports = []
    for node in module:
        if isinstance(node, ast.Import | ast.ImportFrom):
            node.names = [name for name in node.names if (name.asname or name.name) in used]
            imports += [ast.unparse(node)] if node.names else []
    sources = [ast.get_source_segment(text, functions[name]) for name in reversed(wanted)]
    return "\n\n\n".join(["\n".join(imports)] * bool(imports) + sources)
