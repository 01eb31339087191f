"""What the errors of a study are compared with: the flat pose, chance, and networks of its size shown the answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from liftkit.evaluation import baselines, evaluate
from liftkit.study.folder import REFERENCES, read_table, save_tables
from liftkit.study.jobs import Job, Sources, read_poses
from liftkit.study.running import test_sets
from liftkit.study.supervised import supervised_reference

COLUMNS = ["data", "test", "lifter", "representation", "seed"]


def read_references(folder: Path) -> pd.DataFrame:
    """The table in a study's folder; an empty one if an earlier version made it. Raises ValueError if it is damaged."""
    path = folder / f"{REFERENCES}.parquet"
    try:
        return read_table(path) if path.exists() else pd.DataFrame(columns=COLUMNS)
    except Exception as error:  # pyarrow has a kind of its own for each way a file can be damaged
        raise ValueError(f"{path} is damaged; delete it, and the study makes it anew: {error}") from error


def add_references(folder: Path, jobs: Sequence[Job], sources: Sources, supervised: bool) -> pd.DataFrame:
    """Add the rows that the table in the folder lacks; it is saved after each data set and training."""
    table = read_references(folder)
    for data, (source, tests) in sources.items():
        mine, known = [job for job in jobs if job.data == data], table[table["data"] == data]
        taught = set(known.loc[known["lifter"] == "supervised", ["representation", "seed"]].itertuples(index=False))
        left = [job for job in mine if supervised and (job.representation.name, job.seeds[0]) not in taught]
        if len(known) and not left:
            continue
        poses = read_poses(source)
        sets = test_sets(poses, tests, mine[0].settings.max_test_poses)
        if known.empty:
            nobody = {"representation": "", "seed": pd.array([pd.NA, pd.NA], "Int64")}
            rows = [baselines(test).assign(data=data, test=name, **nobody) for name, test in sets.items()]
            table = _extended(folder, table, rows)
        for job in left:
            run = supervised_reference(poses, job.seeds, job.config, job.representation)
            about = {"data": data, "lifter": "supervised", "representation": job.representation.name}
            errors = [evaluate(run, test).assign(test=name, **about) for name, test in sets.items()]
            table = _extended(folder, table, [rows.astype({"seed": "Int64"}) for rows in errors])
    return table


def _extended(folder: Path, table: pd.DataFrame, rows: list[pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat([*([table] if len(table) else []), *rows], ignore_index=True)
    table = table[COLUMNS + [column for column in table if column not in COLUMNS]]
    save_tables(folder, **{REFERENCES: table})
    return table
