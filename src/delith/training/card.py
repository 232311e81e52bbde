"""The model card: what a committee was trained on, how far it errs, and where it may be used."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from ase import Atoms
from ase.neighborlist import neighbor_list

from delith.potentials.weights import PICKLES, sha256
from delith.training.frames import Split
from delith.training.settings import TrainSettings

#: Shortest distances are looked for up to here, Å.
NEAR = 3.0


def card(
    settings: TrainSettings,
    split: Split,
    models: Sequence[Path],
    errors: pd.DataFrame,
    gammas: pd.DataFrame,
) -> str:
    """Write the card as Markdown.

    Parameters
    ----------
    settings : TrainSettings
    split : Split
    models : sequence of Path
    errors, gammas : pandas.DataFrame
        Of `delith.training.evaluation`.
    """
    frames = [frame for part in (split.training, split.validation) for frame in part]
    level = frames[0].level or "not said in the data"
    sums = "\n".join(f"- `{path.name}` {sha256(path)}" for path in models)
    counts = ", ".join(
        f"{len(part)} ({len({f.parent for f in part})} parents) for {name}"
        for name, part in split.parts.items()
    )
    return f"""# MACE, a committee of {len(models)}

Level of theory: {level}. Trained by mace-torch {version("mace-torch")}, delith {version("delith")}.

## Models, with their SHA-256

{sums}

## Data

Structures: {counts}. No parent is in two of training, validation and test.

{_table(_counts(split))}

## Errors

Root mean square, mean of the committee against the data. `training` and `validation` say how well
it learnt; only `test` says what it is worth elsewhere. Energies of `replay` were not learnt.

{_table(errors.round(1))}

## Boundary energies

In the geometries of the data; `held_out` boundaries were not trained on.

{_table(gammas.round(3))}

## Range

Nothing was learnt outside of:

{_range([frame.atoms for frame in frames])}

## Settings

```yaml
{yaml.safe_dump(_as_seen_from_here(settings), sort_keys=False).strip()}
```
"""


def _as_seen_from_here(settings: TrainSettings) -> dict[str, Any]:
    """Settings whose paths say nothing of the machine."""
    told = settings.model_dump(mode="json")
    for key in ("data", "replay"):
        told[key] = [os.path.relpath(each) for each in told[key]]
    if settings.begin and settings.begin.endswith(PICKLES):
        told["begin"] = os.path.relpath(settings.begin)
    return told


def _counts(split: Split) -> pd.DataFrame:
    rows = [
        {"host": frame.host, "part": name} for name, part in split.parts.items() for frame in part
    ]
    table = pd.DataFrame(rows)
    return pd.crosstab(table["host"], table["part"]).reset_index()


def _range(structures: Sequence[Atoms]) -> str:
    volumes = [atoms.cell.volume / len(atoms) for atoms in structures]
    nearest = [neighbor_list("d", atoms, NEAR).min(initial=NEAR) for atoms in structures]
    lines = [
        f"- {min(map(len, structures))} to {max(map(len, structures))} atoms",
        f"- {min(volumes):.2f} to {max(volumes):.2f} Å³ an atom",
        f"- no two atoms closer than {min(nearest):.2f} Å",
    ]
    for element in sorted({str(s) for atoms in structures for s in atoms.symbols}):
        shares = [np.mean(np.array(atoms.symbols) == element) for atoms in structures]
        lines.append(f"- {min(shares):.0%} to {max(shares):.0%} {element}")
    return "\n".join(lines)


def _table(table: pd.DataFrame) -> str:
    """A Markdown table."""
    if table.empty:
        return "None."
    rows: list[Sequence[object]] = [list(table.columns), ["---"] * len(table.columns)]
    rows += [["" if pd.isna(value) else value for value in row] for row in table.values]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)
