"""How far potentials are from DFT, in cells that they were shown and in cells that none was.

γ by each potential beside γ by DFT in the same structures (of ``results/lco_dft/``): planes and
contents that were not shown, and relaxed cells that ``mace-lco-dft`` was shown.
Run as ``python workflows/students/lco_dft_judged.py``.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd
from ase import Atoms

from delith import figures, potentials
from delith.boundaries import area
from delith.training.frames import Frame, read
from delith.units import EV_PER_A2

FOLDER = Path("results") / "lco_dft"
#: What ``mace-lco-dft`` was shown, the others not.
SHOWN = (
    "r2scan_110",
    *(f"r2scan_relaxed_{name}" for name in ("apart", "wide", "exchanged", "018", "thirds", "012")),
)
#: What none of them was shown; of the last near relatives.
HELD_OUT = tuple(f"held_out_{name}" for name in ("sixths", "116", "1010", "tuned"))
#: Nor of these, with and without cobalt in the lithium layer.
EXCHANGED = ("held_out_exchanged",)
POTENTIALS = ("chgnet-r2scan", "mace-lco", "mace-lco-dft")

#: Host, state and lithium content.
Key = tuple[str, str, float]


def judged(potential: str, files: Iterable[str]) -> pd.DataFrame:
    """γ by a potential beside γ by DFT, in the same structures."""
    calculator, tables = potentials.load(potential), []
    for cells in files:
        frames = {key(frame): frame for frame in read(FOLDER / f"{cells}.extxyz.gz")}
        by_dft = gammas(frames, lambda frame: frame.energy)
        by_it = gammas(frames, lambda frame: calculator.get_potential_energy(frame.atoms))
        table = pd.DataFrame(by_dft.keys(), columns=["boundary", "state", "lithium_content"])
        table["cells"], table["potential"] = cells, Path(potential).name
        (table["by"],) = {frame.level for frame in frames.values()}
        table["gamma_J_per_m2"] = list(by_it.values())
        table["checked_gamma_J_per_m2"] = list(by_dft.values())
        tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    table["error_J_per_m2"] = table["gamma_J_per_m2"] - table["checked_gamma_J_per_m2"]
    return table


def gammas(frames: Mapping[Key, Frame], energy: Callable[[Frame], float]) -> dict[Key, float]:
    """γ of each boundary, J/m²; of the decorated one of two where one is."""
    found: dict[Key, float] = {}
    # the plain one of a boundary comes before the decorated ones
    for (host, state, lithium), frame in sorted(frames.items()):
        if not host.startswith("bulk"):
            _, plane = host.split(maxsplit=1)
            bulk = frames[f"bulk for {plane}", "", lithium]
            both = (energy(frame) - energy(bulk)) / area(frame.atoms) * EV_PER_A2
            other = found[host, "", lithium] if state else both / 2
            found[host, state, lithium] = both - other
    return found


def key(frame: Frame) -> Key:
    """What the frame is of."""
    _, state, *_ = frame.parent.split("/")
    return frame.host, state, lithium_content(frame.atoms)


def lithium_content(atoms: Atoms) -> float:
    """Lithium to cobalt."""
    return float((atoms.symbols == "Li").sum() / (atoms.symbols == "Co").sum())


def main() -> None:
    """Judge them, and draw."""
    files = (*SHOWN, *HELD_OUT, *EXCHANGED)
    table = pd.concat([judged(name, files) for name in POTENTIALS], ignore_index=True)
    table.to_csv(FOLDER / "judged.csv", index=False, float_format="%.4g")
    figures.save(figures.parity(table), FOLDER / "judged.csv")
    table["shown"], table["exchanged"] = table["cells"].isin(SHOWN), table["state"] != ""
    off = table.assign(off=table["error_J_per_m2"].abs())
    of_each = off.groupby(["potential", "shown", "exchanged"])["off"]
    print(of_each.agg(["mean", "max", "count"]).round(3))


if __name__ == "__main__":
    main()
