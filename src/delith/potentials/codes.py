"""Input of DFT codes that ASE runs: VASP, Quantum ESPRESSO, ABINIT, CP2K, from one kind of preset.

Pseudopotentials are the user's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator
from ase.units import Hartree, Ry, kB
from pymatgen.core import Element

from delith.errors import MachineError
from delith.potentials.ase_code import Made
from delith.potentials.preset import Preset

#: Characters of a path that CP2K reads.
CP2K_PATH = 80


def vasp(preset: Preset, atoms: Atoms, kpoints: tuple[int, int, int], folder: Path) -> Calculator:
    """VASP, with its projector-augmented waves by ASE's recommendation for PBE."""
    from ase.calculators.vasp import Vasp

    given: dict[str, Any] = {
        "directory": str(folder),
        "encut": preset.cutoff,
        "kpts": kpoints,
        "gamma": preset.gamma,
        "ismear": -1,
        "sigma": preset.smearing,
        # VASP's is that of the cell
        "ediff": preset.energy * len(atoms),
        "nelm": preset.iterations,
        "prec": "Accurate",
        "lreal": False,
        "lasph": True,
        "lorbit": 11,
        "nsw": 0,
        "isif": 2,
        "lwave": False,
        "lcharg": False,
        "ispin": 2 if atoms.get_initial_magnetic_moments().any() else 1,
        "setups": preset.pseudopotentials or "recommended",
    }
    if preset.xc == "R2SCAN":
        given |= {"metagga": "R2SCAN", "pp": "PBE"}
    else:
        given["xc"] = preset.xc
    if hubbard := _hubbard(preset, atoms):
        off = {"L": -1, "U": 0.0, "J": 0.0}
        given |= {
            "ldau": True,
            "ldautype": 2,
            "lmaxmix": 4,
            "ldau_luj": {
                e: {"L": 2, "U": hubbard[e], "J": 0.0} if e in hubbard else off
                for e in sorted(set(atoms.symbols))
            },
        }
    return Vasp(**given)


def espresso(
    preset: Preset, atoms: Atoms, kpoints: tuple[int, int, int], folder: Path
) -> Calculator:
    """Quantum ESPRESSO's pw.x, from 7.3 on, which takes moments in μB."""
    from ase.calculators.espresso import Espresso

    _group_moments(atoms)
    moments = atoms.get_initial_magnetic_moments()
    spins = bool(moments.any())
    data = {
        "control": {"calculation": "scf", "tprnfor": True, "tstress": True},
        "system": {
            "ecutwfc": preset.cutoff / Ry,
            # eightfold: ultrasoft pseudopotentials need more than the fourfold default
            "ecutrho": 8 * preset.cutoff / Ry,
            "input_dft": preset.xc.lower(),
            "occupations": "smearing",
            "smearing": "fermi-dirac",
            "degauss": preset.smearing / Ry,
            "nspin": 2 if spins else 1,
        },
        "electrons": {
            "conv_thr": preset.energy * len(atoms) / Ry,
            "electron_maxstep": preset.iterations,
        },
    }
    hubbard = _hubbard(preset, atoms)
    # ASE makes a species of each moment of an element: Co, Co1, …
    alike = {e: len(set(moments[atoms.symbols == e])) for e in hubbard}
    cards = [
        f"U {e}{k or ''}-{Element(e).row - 1}d {u}"
        for e, u in hubbard.items()
        for k in range(alike[e])
    ]
    return Espresso(
        directory=str(folder),
        input_data=data,
        pseudopotentials=_pseudopotentials(preset, atoms),
        kpts=kpoints,
        koffset=[int(shift > 0) for shift in preset.shifts(kpoints)],
        additional_cards=["HUBBARD (ortho-atomic)", *cards] if cards else None,
    )


def abinit(preset: Preset, atoms: Atoms, kpoints: tuple[int, int, int], folder: Path) -> Calculator:
    """ABINIT, with projector-augmented waves in XML."""
    from ase.calculators.abinit import Abinit

    given: dict[str, Any] = {
        "directory": str(folder),
        "ecut": preset.cutoff,
        "pawecutdg": 2 * preset.cutoff,
        "xc": preset.xc,
        "kptopt": 1,
        "ngkpt": list(kpoints),
        "nshiftk": 1,
        "shiftk": preset.shifts(kpoints),
        "occopt": 3,
        "tsmear": preset.smearing,
        "toldfe": preset.energy * len(atoms),
        "nstep": preset.iterations,
        "pps": "pawxml",
    }
    if hubbard := _hubbard(preset, atoms):
        # ASE numbers the species by atomic number
        order = [Atoms([z]).symbols[0] for z in sorted(set(atoms.numbers))]
        given |= {
            "usepawu": 1,
            "lpawu": [2 if e in hubbard else -1 for e in order],
            # in Hartree, which ASE does not translate
            "upawu": [hubbard.get(e, 0.0) / Hartree for e in order],
        }
    return Abinit(**given)


def cp2k(preset: Preset, atoms: Atoms, kpoints: tuple[int, int, int], folder: Path) -> Calculator:
    """CP2K, in Gaussians and plane waves; the cutoff is that of its grid.

    Atoms of an element begin with the same moment, and it does not tell those that they end with.
    """
    from ase.calculators.cp2k import CP2K

    label = str(folder / "cp2k")
    if len(label) > CP2K_PATH:
        raise MachineError(
            f"{label}: CP2K takes no path of more than {CP2K_PATH} characters. Give it a shorter "
            "folder by XDG_CACHE_HOME."
        )
    # its own mesh has Γ only where the number is odd
    beside = preset.shifts(kpoints)
    shifts = (0.0 if n % 2 else (0.5 - by) / n for n, by in zip(kpoints, beside, strict=True))
    mesh = [*kpoints, *shifts]
    size = " ".join(map(str, mesh))
    moments = atoms.get_initial_magnetic_moments()
    kinds = "".join(
        f"""    &KIND {element}
      MAGNETIZATION {moments[atoms.symbols == element].mean():.3f}
    &END KIND
"""
        for element in dict.fromkeys(atoms.symbols)
    )
    return CP2K(
        label=label,
        xc=preset.xc,
        cutoff=preset.cutoff,
        max_scf=preset.iterations,
        basis_set="DZVP-MOLOPT-SR-GTH",
        uks=bool(moments.any()),
        inp=f"""&FORCE_EVAL
  &DFT
    &KPOINTS
      SCHEME MACDONALD {size}
    &END KPOINTS
    &SCF
      EPS_SCF {preset.energy / Ry / 2:.2e}
      ADDED_MOS 20
      &SMEAR ON
        METHOD FERMI_DIRAC
        ELECTRONIC_TEMPERATURE [K] {preset.smearing / kB:.1f}
      &END SMEAR
      &MIXING
        METHOD BROYDEN_MIXING
      &END MIXING
    &END SCF
  &END DFT
  &SUBSYS
{kinds}  &END SUBSYS
&END FORCE_EVAL
""",
    )


#: By the name in a preset.
CODES: dict[str, Made] = {"vasp": vasp, "espresso": espresso, "abinit": abinit, "cp2k": cp2k}


def _hubbard(preset: Preset, atoms: Atoms) -> dict[str, float]:
    return {e: u for e, u in preset.hubbard.items() if e in atoms.symbols}


def _group_moments(atoms: Atoms) -> None:
    """Give atoms of an element, up or down, their mean moment: there may be ten species."""
    moments = atoms.get_initial_magnetic_moments()
    for element in set(atoms.symbols):
        for way in (-1, 1):
            alike = (atoms.symbols == element) & (np.sign(moments) == way)
            if alike.any():
                moments[alike] = round(float(moments[alike].mean()), 3)
    atoms.set_initial_magnetic_moments(moments)


def _pseudopotentials(preset: Preset, atoms: Atoms) -> dict[str, str]:
    needed = dict.fromkeys(atoms.symbols)
    if missing := [element for element in needed if element not in preset.pseudopotentials]:
        raise MachineError(f"pseudopotentials: no file is named for {', '.join(missing)}.")
    return {element: preset.pseudopotentials[element] for element in needed}
