"""How far potentials are from DFT, in cells that none of them was shown.

γ by each potential beside γ by DFT in the same structures (of ``results/lco_dft/``): a plane that
was not shown, boundaries farther apart, one with cobalt in the lithium layer, and (018), of which
other structures were shown. Run as ``python workflows/students/lco_dft_judged.py``.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from ase import Atoms

from delith import figures, potentials
from delith.training.frames import Frame, read
from delith.units import EV_PER_A2

FOLDER = Path("results") / "lco_dft"
CELLS = (
    "r2scan_110",
    *(f"r2scan_relaxed_{name}" for name in ("apart", "wide", "exchanged", "018", "thirds", "012")),
)
#: What no network was shown, the next ``mace-lco-dft`` neither, which was shown the others.
HELD_OUT = ("held_out_sixths", "held_out_116")
NEXT = str(FOLDER / "next" / "member_*.model")
POTENTIALS = ("chgnet-r2scan", "mace-lco", "mace-lco-dft")

#: Host, state and lithium content.
Key = tuple[str, str, float]


def judged(potential: str, files: Iterable[str] = CELLS) -> pd.DataFrame:
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
            _, plane = host.split()
            bulk = frames[f"bulk for {plane}", "", lithium]
            area = np.linalg.norm(np.cross(*frame.atoms.cell[:2]))
            both = (energy(frame) - energy(bulk)) / area * EV_PER_A2
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
    table = pd.concat([judged(name) for name in POTENTIALS], ignore_index=True)
    table.to_csv(FOLDER / "judged.csv", index=False, float_format="%.4g")
    for name, errors in table.groupby("potential", sort=False)["error_J_per_m2"]:
        off = errors.abs()
        print(f"{name}: {off.mean():.3f} J/m² off in the mean, {off.max():.3f} at most")
    figures.save(figures.parity(table), FOLDER / "judged.csv")
    # trusted by hand before: delith potentials trust results/lco_dft/next/member_*.model
    table = judged(NEXT, (*CELLS, *HELD_OUT)).assign(potential="next")
    figures.save(figures.parity(table), FOLDER / "next.csv")
    table = pd.concat([table, judged("mace-lco-dft", HELD_OUT)], ignore_index=True)
    table.to_csv(FOLDER / "next.csv", index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
