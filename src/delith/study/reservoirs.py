"""Phases that a boundary exchanges atoms with: they fix the chemical potentials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from ase import Atoms

from delith import crystals, potentials
from delith.boundaries import Boundary
from delith.crystals import MOBILE, Crystal
from delith.facts import HostFacts
from delith.records import Task
from delith.relaxation import RelaxSettings

#: Kind of the hosts of reference phases.
REFERENCE = "reference"

#: Binary oxides of the metals of the hosts and of dopants; see their files in ``structures/``.
_OXIDES = {
    "Al": ("Al2O3",),
    "Co": ("CoO", "Co3O4"),
    "Cr": ("Cr2O3",),
    "Cu": ("CuO",),
    "Fe": ("Fe2O3",),
    "Ga": ("Ga2O3",),
    "K": ("K2O",),
    "Li": ("Li2O",),
    "Mg": ("MgO",),
    "Mn": ("MnO2",),
    "Na": ("Na2O",),
    "Ni": ("NiO",),
    "Ti": ("TiO2",),
    "Zn": ("ZnO",),
    "Zr": ("ZrO2",),
}

_OXYGEN, _GAS = "O", "O2"


def phases(mobile: str | None, elements: Iterable[str]) -> tuple[Crystal, ...]:
    """Load the phases that fix the chemical potentials of elements.

    Parameters
    ----------
    mobile : str, optional
        Li, Na or K that comes and goes.
    elements : iterable of str
        Others, of the framework: an alkali metal among them is no reservoir.

    Returns
    -------
    tuple of Crystal
        The metal itself for the mobile element, oxides for others, and O2 where oxygen takes part.
        Nothing for elements without a shipped phase: what needs their potential stays open.
    """
    found = [mobile] if mobile in MOBILE else []
    for element in dict.fromkeys(elements):
        found += _OXIDES.get(element, ())
        found += [_GAS] if element == _OXYGEN or element in _OXIDES else []
    return tuple(crystals.load(name) for name in dict.fromkeys(found))


def needed(cells: Sequence[tuple[Boundary, Atoms]]) -> tuple[Crystal, ...]:
    """Load the phases for the mobile element and for what cells have more or less of than bulk.

    Parameters
    ----------
    cells : sequence of (Boundary, Atoms)
        Every host of a study, and it in each of its states.

    Returns
    -------
    tuple of Crystal
        See `phases`. A metal that bulk has alone is paid for in bulk and oxygen.
    """
    mobile = cells[0][0].mobile
    bulk_elements = {e for host, _ in cells for e in host.crystal.unit} - {mobile}
    if _OXYGEN not in bulk_elements:
        return phases(mobile, [])  # oxides in air say nothing of a sulphide
    elements: dict[str, None] = {}
    for host, atoms in cells:
        here, unit = atoms.symbols.formula.count(), host.crystal.unit
        for element in dict.fromkeys([*unit, *here]):
            bulk = host.formula_units * unit.get(element, 0.0)
            if element != mobile and abs(here.get(element, 0) - bulk) > 1e-3:
                elements[element] = None
    if not elements:
        return phases(mobile, [])
    metals = bulk_elements - {_OXYGEN}
    return phases(mobile, [*(e for e in elements if {e} != metals), _OXYGEN])


def reference_task(phase: Crystal, potential: str, settings: RelaxSettings, seed: int) -> Task:
    """Make the task that relaxes a phase."""
    atoms = phase.primitive_atoms.copy()
    for name in ("grain", "distance"):
        atoms.set_array(name, np.zeros(len(atoms)))
    return Task(
        host=HostFacts(
            label=phase.name,
            kind=REFERENCE,
            plane="",
            formula_units=phase.formula_units(atoms),
            count=0,
            equivalent=True,
            separation=0.0,
            reference=phase.name,
            basal=None,
            built_cell=tuple(tuple(map(float, v)) for v in atoms.cell[:]),
        ),
        mobile=None,
        mobile_count=0,
        ordering=0,
        start=atoms,
        potential=potential,
        weights=potentials.weights_sha256(potential),
        # whatever bulk does: the box of a molecule must keep its size, a phase has one of its own
        settings=settings.model_copy(update={"cell": "fixed" if phase.name == _GAS else "full"}),
        seed=seed,
    )
