"""Do the tests of the method notice a small defect? One node of one file is changed at a time and its tests are run.

    python -m benchmarks.mutation --per-file 20 --seed 0

Each of the thirteen method files is changed in a copy of the tree (an operator, a comparison, a constant, a dropped
``not``, call, argument or statement, ...) and tested by its own test files, its doctests and those of the trainer.
A mutant is killed if a test fails or the time limit passes. Survivors are listed; the mutants in ``EQUIVALENT`` behave
like the original and are not drawn. For Linux and macOS, because each mutant is tested in a fork.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = "skeleton geometry poses representations priors layers networks losses config training run metrics evaluation"
# Test files whose names are not those of the method file; tests/test_layers.py is about imports.
NETWORKS = ["networks", "networks_as_plain_modules", "batch_norm_and_dropout"]
TESTS = {
    "layers": NETWORKS,
    "losses": ["losses", "losses_gradients"],
    "poses": ["poses", "poses_selected", "poses_for_training"],
    "training": ["public_api", "divergence", "callbacks"],
    "networks": [*NETWORKS, "public_api"],
}
SECONDS = 240  # of CPU time for the tests of one mutant
LOADED = ("hypothesis", "pandas", "pytest", "scipy.spatial", "scipy.stats", "torch")  # once, for all forks

# Mutants that behave like the original, by `Mutant.name`, with the reason.
ROUNDING, SIGN, ZERO = "only rounding", "a factor of +-1", "0 / anything"
MEASURE_ZERO = "differs only if a continuous random number hits a value exactly"
EQUIVALENT = {
    "evaluation.joint_table: errors[1] < metrics.PCK_THRESHOLD -> errors[1] <= metrics.PCK_THRESHOLD": MEASURE_ZERO,
    "evaluation.joint_table: v.mean(0, dtype=float) -> v.mean(0)": ROUNDING,
    "geometry.flip: x * _like([-1.0] + [1.0] * (x.shape[-1] - 1), x) -> "
    "x / _like([-1.0] + [1.0] * (x.shape[-1] - 1), x)": SIGN,
    "geometry.mirror: x3d * _like([1.0, 1.0, -1.0], x3d) -> x3d / _like([1.0, 1.0, -1.0], x3d)": SIGN,
    "geometry.project: x3d[..., :2] + 0 -> x3d[..., :2] - 0": "adds nothing either way, and copies",
    "layers.BatchNormReLU._update: without a decorator": "its arguments are detached",
    "layers.Dropout.forward: h.numel() / len(self.generators) -> h.numel() * len(self.generators)": "unused numbers",
    "layers.Dropout.forward: h.numel() / len(self.generators) / 8 -> "
    "h.numel() / len(self.generators) * 8": "unused numbers",
    "metrics.align_both: xp.linalg.det(u) * xp.linalg.det(vh) -> xp.linalg.det(u) / xp.linalg.det(vh)": SIGN,
    "metrics.align_both: xp.linalg.det(u) * xp.linalg.det(vh) < 0 -> xp.linalg.det(u) * xp.linalg.det(vh) <= 0": SIGN,
    "metrics.align_both.similarity: s * signs -> s / signs": SIGN,
    "metrics.align_both.similarity: u * signs[..., None, :] -> u / signs[..., None, :]": SIGN,
    "metrics.align_both: size + 1 -> size - 1": ZERO,
    "metrics.align_both: size + 1 -> size + 2": ZERO,
    "metrics.align_scale: size + 1 -> size - 1": ZERO,
    "metrics.align_scale: size + 1 -> size + 2": ZERO,
    "priors.: DRAWS = 2 -> DRAWS = 3": "an unused number",
    "priors.gravity_turns: config.tilt + config.tilt_spread * sigmas -> config.tilt - config.tilt_spread * sigmas": (
        "the normal distribution is symmetric"
    ),
    "training.Trainer.__init__: keep_freed_memory() -> pass": "saves time",
    "training.Trainer.__init__: (False, '') -> (True, '')": "run() sets it",
    "training.Trainer.__init__: Adam(network.parameters(), lr=config.learning_rate, fused=True) -> "
    "Adam(network.parameters(), fused=True)": "every step sets the rate",
    "training.Trainer.begin_cycle: 1 + DRAWS -> 2 + DRAWS": "an unused number",
    "training.Trainer.begin_cycle: u[..., :1, None] < self.config.flip -> "
    "u[..., :1, None] <= self.config.flip": MEASURE_ZERO,
    "training.Trainer.step_discriminator: uniform(self.generators) < self.config.label_swap -> "
    "uniform(self.generators) <= self.config.label_swap": MEASURE_ZERO,
}

# Arguments that only guard an invariant or save time; on a CPU `device` is always the same.
UNCHANGED = ("strict", "fused", "device", "stacklevel")
OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    where: str  # the function
    change: str
    source: str

    @property
    def name(self) -> str:
        return f"{self.file}.{self.where}: {self.change}"


def _with(node: ast.AST, **changes) -> ast.AST:
    changed = copy.copy(node)
    for field, value in changes.items():
        setattr(changed, field, value)
    return changed


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may replace a node."""
    match node:
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign() if type(node.op) in OPERATORS:
            yield _with(node, op=OPERATORS[type(node.op)]())
        case ast.Compare():
            for i, op in enumerate(node.ops):
                yield _with(node, ops=[*node.ops[:i], OPERATORS[type(op)](), *node.ops[i + 1 :]])
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)
        case ast.IfExp():
            yield _with(node, body=node.orelse, orelse=node.body)
        case ast.If() | ast.While() if not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield ast.Pass()
    match node:
        case ast.Call():
            if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred):
                yield node.args[0]  # f(x) -> x
            for keyword in node.keywords:
                if keyword.arg not in (None, *UNCHANGED):
                    yield _with(node, keywords=[k for k in node.keywords if k is not keyword])
        case ast.FunctionDef():
            for decorator in node.decorator_list:
                yield _with(node, decorator_list=[d for d in node.decorator_list if d is not decorator])
        case ast.AugAssign():
            yield ast.Pass()


def _hidden(field: str, node: ast.AST) -> bool:
    """Annotations, the insides of decorators, messages and flags are not changed."""
    flag = isinstance(node, ast.keyword) and node.arg in UNCHANGED
    return (
        flag or field in ("annotation", "returns", "decorator_list", "exc", "cause") or isinstance(node, ast.JoinedStr)
    )


def _short(node: ast.AST) -> str:
    line, *more = ast.unparse(node).splitlines()
    return line + " ..." if more else line


def mutants(source: str, file: str) -> list[Mutant]:
    """Every mutant of a method file, in the order of its source."""
    tree = ast.parse(source)
    found = []

    def visit(node: ast.AST, where: tuple[str, ...]) -> None:
        for field, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            for i, child in enumerate(children):
                if not isinstance(child, ast.AST) or _hidden(field, child):
                    continue
                inner = where
                if isinstance(child, ast.FunctionDef | ast.ClassDef):
                    inner = (*where, child.name)
                for variant in _variants(child):
                    shown = node if isinstance(child, ast.Constant) else None  # a bare number says too little
                    before = _short(shown or child)
                    _put(node, field, value, i, variant)
                    after = _short(shown or variant)
                    source = ast.unparse(ast.fix_missing_locations(tree))
                    _put(node, field, value, i, child)
                    change = "without a decorator" if isinstance(child, ast.FunctionDef) else f"{before} -> {after}"
                    found.append(Mutant(file, getattr(child, "lineno", 0), ".".join(inner), change, source))
                visit(child, inner)

    visit(tree, ())
    return found


def _put(node: ast.AST, field: str, value, index: int, child: ast.AST) -> None:
    if isinstance(value, list):
        value[index] = child
    else:
        setattr(node, field, child)


def tests_of(file: str) -> list[str]:
    own = [f"tests/test_{name}.py" for name in TESTS.get(file, [file])]
    return [*own, f"liftkit/{file}.py", "tests/test_training.py", "tests/test_training_step.py"]


def pass_tests(folder: Path, tests: list[str], seconds: int, keep: bool = False) -> bool:
    """Whether tests pass in a copy of the tree, in a fork. ``keep`` writes the compiled modules for later runs."""
    if child := os.fork():
        return os.waitpid(child, 0)[1] == 0
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        signal.alarm(20 * seconds)  # a mutant may wait for ever without computing
        os.chdir(folder)
        sys.path[:0] = [str(folder)]
        os.environ["PYTHONPATH"] = str(folder)
        # A compiled module is taken for its source by size and second, so none may be left of a mutant.
        sys.dont_write_bytecode = not keep
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        import pytest

        code = pytest.main(["-x", "-q", "-n", "0", "-p", "no:cacheprovider", *dict.fromkeys(tests)])
    finally:
        os._exit(int(code))


def copy_tree(folder: Path) -> None:
    for name in ("liftkit", "tests", "data_scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", folder)


def drawn(source: str, file: str, count: int, seed: int) -> list[Mutant]:
    """``count`` random mutants of a file (0: all), without those that no test can kill."""
    found = [mutant for mutant in mutants(source, file) if mutant.name not in EQUIVALENT]
    if not 0 < count < len(found):
        return found
    return random.Random(f"{file} {seed}").sample(found, count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", default=FILES.replace(" ", ","), help="method files, by name (default: all)")
    parser.add_argument("--per-file", type=int, default=20, help="mutants drawn of each file (0: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="CPU time for the tests of one mutant")
    parser.add_argument("--list", action="store_true", help="list the drawn mutants and test none")
    options = parser.parse_args()
    files = options.files.split(",")
    for library in LOADED:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_tree(folder)
        everything = [test for file in files for test in tests_of(file)]
        if not options.list and not pass_tests(folder, everything, len(files) * options.seconds, keep=True):
            sys.exit("the tests fail without a mutant")
        killed = total = 0
        for file in files:
            path = folder / "liftkit" / f"{file}.py"
            original, alive = path.read_text(encoding="utf-8"), 0
            sample = drawn(original, file, options.per_file, options.seed)
            for mutant in sample:
                path.write_text(mutant.source, encoding="utf-8")
                if options.list or pass_tests(folder, tests_of(file), options.seconds):
                    alive += 1
                    print(f"  {'' if options.list else 'survived '}{file}.py:{mutant.line}  {mutant.name}", flush=True)
            path.write_text(original, encoding="utf-8")
            killed, total = killed + len(sample) - alive, total + len(sample)
            if not options.list:
                print(f"{file:16} {len(sample) - alive:3} of {len(sample):3} killed", flush=True)
        print(f"{'all':16} {killed:3} of {total:3} killed, seed {options.seed}")


if __name__ == "__main__":
    main()
