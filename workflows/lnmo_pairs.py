"""What makes a boundary of the Ni/Mn order in LiNi0.5Mn1.5O4 dear: nickel ions as neighbours.

In the ordered crystal none of the six nearest metals of a nickel ion is nickel. Counts the pairs
that each boundary of ``lnmo_planes.yaml`` and ``lnmo_boundaries.yaml`` makes, as built, and draws γ
of the full crystal (from ``results/``) against them. Run as ``python workflows/lnmo_pairs.py``.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from ase.neighborlist import neighbor_list

from delith import crystals, figures, study
from delith.boundaries import Boundary
from delith.figures.canvas import canvas
from delith.study.hosts import hosts

STUDIES = ("lnmo_planes", "lnmo_boundaries")
RESULTS = Path("results")
TABLE = RESULTS / "lnmo_planes" / "pairs.csv"
#: Å, between the first and the second shell of metals.
FIRST_SHELL = 3.5
#: What is between two orders of nickel and manganese, and not of the framework.
ORDERS, OF_FRAMEWORK = ("antiphase", "inversion"), ("[0, 1/4, -1/4]", "[0, 1/2, 0]")


def pairs(boundary: Boundary) -> float:
    """Pairs of neighbouring nickel ions at one boundary, a nm²."""
    nickel = boundary.atoms[boundary.atoms.symbols == "Ni"]
    return len(neighbor_list("i", nickel, FIRST_SHELL)) / 2 / 2 / (boundary.area / 100)


def counted() -> pd.DataFrame:
    """Pairs and γ of each boundary of the Ni/Mn order, full."""
    tables = []
    for name in STUDIES:
        asked = study.load(Path("workflows") / f"{name}.yaml")
        made = {host.label: pairs(host) for host in hosts(asked, crystals.load(asked.crystal))}
        table = pd.read_csv(RESULTS / name / "boundary_energy.csv")
        table = table[(table["lithium_content"] == 1) & table["kind"].isin(ORDERS)]
        framework = [any(r in label for r in OF_FRAMEWORK) for label in table["boundary"]]
        table = table[~np.array(framework)]
        table["pairs_per_nm2"] = table["boundary"].map(made)
        tables.append(table[["boundary", "kind", "pairs_per_nm2", "gamma_J_per_m2"]])
    return pd.concat(tables, ignore_index=True).sort_values("pairs_per_nm2")


def main() -> None:
    """Count, fit a line and draw."""
    table = counted()
    table.to_csv(TABLE, index=False, float_format="%.4g")
    slope, rest = np.polyfit(table["pairs_per_nm2"], table["gamma_J_per_m2"], 1)
    off = table["gamma_J_per_m2"] - rest - slope * table["pairs_per_nm2"]
    print(f"{rest:.4f} J/m² and {slope:.4f} a pair on a nm², ±{off.std(ddof=2):.4f}")
    with canvas(None) as (figure, ax):
        for kind, marker in zip(ORDERS, "os", strict=True):
            these = table[table["kind"] == kind]
            ax.plot(these["pairs_per_nm2"], these["gamma_J_per_m2"], marker, label=kind)
        ends = np.array([0, table["pairs_per_nm2"].max()])
        ax.plot(ends, rest + slope * ends, marker="", color="0.6", zorder=0)
        ax.set_xlabel("Ni–Ni neighbours at the boundary (nm⁻²)")
        ax.set_ylabel("γ (J/m²)")
        ax.set_ylim(bottom=0)
        ax.legend()
    figures.save(figure, TABLE)


if __name__ == "__main__":
    main()
