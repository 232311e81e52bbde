"""DFT by codes that ASE runs: VASP, Quantum ESPRESSO, ABINIT, CP2K, from one kind of preset.

How a code is started, and where its pseudopotentials lie, is ASE's configuration: the user's.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import (
    BadConfiguration,
    CalculationFailed,
    Calculator,
    CalculatorSetupError,
)
from ase.config import cfg
from ase.units import Hartree, Ry, kB
from pymatgen.core import Element

from delith.crystals.lattice import Floats
from delith.errors import MachineError
from delith.potentials.dft import NotSelfConsistent
from delith.potentials.preset import Preset

#: From preset, atoms with their moments and k-points to a calculator that works in a folder.
Made = Callable[[Preset, Atoms, tuple[int, int, int], Path], Calculator]
#: Counts changes of how input is written here: what was computed before one is no longer taken.
WRITTEN = 1
#: What codes that go on, or end, without being self-consistent say of it.
UNSETTLED = ("ScfConvergenceWarning", "SCF run NOT converged", "convergence NOT achieved")
#: How the files end in which they say it.
OUTPUTS = (".log", ".out", ".abo", ".pwo")
#: Characters of a path that CP2K reads.
CP2K_PATH = 80


class ASECode:
    """A code that is started anew for each structure, in a folder of its own."""

    def __init__(self, make: Made, preset: Preset, atoms: Atoms) -> None:
        self.make, self.preset = make, preset
        self.kpoints = preset.kpoints(atoms)

    def told(self, atoms: Atoms) -> Any:
        """The preset, its k-points, and how ASE is told to start the code."""
        # what truncation costs changes no calculation
        preset = self.preset.model_dump(mode="json", exclude={"truncation"})
        here = dict(cfg.parser[preset["code"]]) if preset["code"] in cfg.parser else {}
        return [WRITTEN, preset, list(self.kpoints), here]

    def compute(self, atoms: Atoms, moments: Floats | None, scratch: Path) -> dict[str, Any]:
        """Run it; the folder of one that fails is left to be looked at."""
        work = atoms.copy()
        work.set_initial_magnetic_moments(moments)
        # what a run that was killed or failed said there is not what this one says
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        unsettled = NotSelfConsistent(f"not self-consistent after {self.preset.iterations} steps")
        try:
            calculator = self.make(self.preset, work, self.kpoints, scratch)
            work.calc = calculator
            found = {
                "energy": work.get_potential_energy(),
                "free_energy": work.get_potential_energy(force_consistent=True),
                "forces": work.get_forces(),
                "stress": work.get_stress(),
            }
        except MachineError:
            raise
        except Exception as error:  # whatever a code or the reader of its output makes of it
            if _absent(error, scratch):
                raise MachineError(
                    f"{self.preset.code} cannot be started: {error}. Tell ASE how, in its "
                    "configuration (https://ase-lib.org/ase/calculators/calculators.html)."
                ) from error
            if _unsettled(scratch):
                raise unsettled from error
            raise CalculationFailed(f"{self.preset.code} failed in {scratch}: {error}") from error
        if getattr(calculator, "converged", None) is False or _unsettled(scratch):
            raise unsettled
        unknown = np.full(len(work), 0.0 if moments is None else np.nan)
        found["magmoms"] = calculator.results.get("magmoms", unknown)
        shutil.rmtree(scratch)
        return found


def _absent(error: Exception, scratch: Path) -> bool:
    """Whether a code is not there, or not configured; not its output."""
    if isinstance(error, OSError):
        return not str(error.filename).startswith(str(scratch))
    # how a shell says that there is no such program, or that it cannot be run
    shell = str(error).endswith(("error: 127", "error: 126"))
    return shell or isinstance(error, (BadConfiguration, CalculatorSetupError))


def _unsettled(scratch: Path) -> bool:
    """Whether a code said in any of its files that it is not self-consistent."""
    told = (path.read_bytes() for path in scratch.iterdir() if path.suffix in OUTPUTS)
    return any(words.encode() in output for output in told for words in UNSETTLED)


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
