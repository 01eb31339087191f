"""The process that runs the answers of one notebook: a task on standard input, a line of JSON for each exercise.

It is started as a file, not as a module of liftkit.course, which would import torch before there are any limits.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import sys
from pathlib import Path
from typing import Any

from liftkit.system.fence import close_python, limit_process

NOT_UNDERSTOOD = "not understood"


def main() -> None:
    task = json.load(sys.stdin)
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    scratch = Path.cwd()
    limit_process(scratch, task["seconds"] * (len(task["attempts"]) + 1) + 60)
    from liftkit.course import add_exercises, lesson_exercises  # torch starts threads, which only then have the limits
    from liftkit.course.watchdog import OutOfTime, call_within

    if task["own"]:
        add_exercises(task["own"])
    exercises = {number: lesson_exercises(number[:2])[number] for number in task["attempts"]}
    close_python(scratch)
    for number, attempts in task["attempts"].items():
        hung = False
        try:
            status, message = call_within(task["seconds"], grade, exercises[number], task["cells"], attempts)
        except OutOfTime as error:
            status, message = NOT_UNDERSTOOD, f"it was still running after {task['seconds']:g} seconds"
            hung = not error.stopped
        except BaseException as error:  # SystemExit, KeyboardInterrupt, whatever the code raises
            status, message = NOT_UNDERSTOOD, _describe(error)
        print(json.dumps([number, status, message]), file=results, flush=True)
        if hung:
            os._exit(0)  # another process does the rest
    os._exit(0)  # no thread and no exit handler of the student's goes on


def grade(one: Any, cells: list[str], attempts: list[dict]) -> tuple[str, str]:
    """The best of the attempts: a correct one, else the last that is more than the stub."""
    found = []
    for attempt in reversed(attempts):
        found.append(_grade_one(one, cells, attempt))
        if found[-1][0] == "correct":
            return found[-1]
    return next((result for result in found if result[0] != "not attempted"), found[0])


def _grade_one(one: Any, cells: list[str], attempt: dict) -> tuple[str, str]:
    if attempt["problem"]:
        return NOT_UNDERSTOOD, attempt["problem"]
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *_, **__: None}
    for cell, place in attempt["steps"]:
        node = ast.parse(cells[cell]).body[place]
        file = f"<code cell {cell + 1}>"
        linecache.cache[file] = (len(cells[cell]), None, cells[cell].splitlines(keepends=True), file)
        try:
            exec(compile(ast.Module([node], []), file, "exec"), names)
        except Exception as error:
            if not isinstance(node, ast.Expr):  # a value that is only shown is not needed
                return NOT_UNDERSTOOD, f"{_describe(error)}, in `{ast.unparse(node).splitlines()[0][:100]}`"
    try:
        answer = eval(attempt["answer"], names)
    except Exception as error:
        return NOT_UNDERSTOOD, f"{_describe(error)}, in `{attempt['answer']}`"
    if callable(answer) and str(getattr(answer, "__module__", "")).partition(".")[0] == "liftkit":
        return NOT_UNDERSTOOD, f"it hands in a function of liftkit: {answer.__module__}.{answer.__qualname__}"
    feedback = one.check(answer)
    return feedback.status, feedback.message


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")


if __name__ == "__main__":
    main()
