"""Records small enough to check by hand: one bulk and one twin of area 10 Å²."""

from dataclasses import replace

import numpy as np
from ase import Atoms
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms

from delith.facts import HostFacts
from delith.phonons import Phonons
from delith.records import Record

BUILT = ((2.0, 0.0, 0.0), (0.0, 5.0, 0.0), (0.0, 0.0, 20.0))
CELL = np.array(BUILT)  # area 10 Å²
BULK = HostFacts("bulk", "bulk", "(104)", 4, 0, True, 10.0, "bulk", None, BUILT)
DISPLACED = {"number": 0, "displacement": [0.03, 0.0, 0.0]}
TWIN = replace(BULK, label="twin", kind="twin", count=2)


def record(host, lithium, energy, ordering=0, problem="", height=20.0):
    atoms = Atoms("Co4" + f"Li{lithium}" * bool(lithium), cell=CELL, pbc=True)
    atoms.set_cell(np.diag([2.0, 5.0, height]))
    atoms.set_scaled_positions([(0, 0, k / len(atoms)) for k in range(len(atoms))])
    for name in ("grain", "distance"):
        atoms.set_array(name, np.zeros(len(atoms)))
    return Record(
        key=f"{host.label}-{lithium}-{ordering}",
        host=host,
        potential="chgnet-r2scan",
        weights="",
        mobile="Li",
        mobile_count=lithium,
        ordering=ordering,
        energy=energy,
        atoms=atoms,
        start=atoms,
        converged=not problem,
        problem=problem,
        steps=1,
    )


def phase(formula, energy, problem=""):
    """A reference phase of one formula unit."""
    host = replace(BULK, label=formula, kind="reference", formula_units=1, reference=formula)
    made = record(host, 0, energy, problem=problem)
    return replace(made, key=formula, mobile=None, atoms=Atoms(formula, cell=CELL, pbc=True))


def einstein(per_cm, atoms=1):
    """Phonons of atoms that are all bound to their sites alike: one frequency."""
    cell = Atoms("Cu", cell=np.eye(3) * 9, pbc=True).repeat((atoms, 1, 1))
    unit = PhonopyAtoms(symbols=["Cu"] * atoms, cell=cell.cell[:], positions=cell.positions)
    calculation = Phonopy(unit, np.eye(3, dtype=int), "P")
    omega = 2 * np.pi * 299792458.0 * 100 * abs(per_cm)
    stiffness = unit.masses[0] * 1.66053907e-27 * omega**2 / 16.02176634  # N/m to eV/Å²
    shape = (atoms, atoms, 3, 3)
    constants = np.einsum("ij,ab->ijab", np.eye(atoms), np.eye(3)).reshape(shape)
    calculation.dataset = {"natom": atoms, "first_atoms": [DISPLACED]}
    calculation.force_constants = constants * stiffness * np.sign(per_cm)
    return Phonons(atoms=cell, phonopy=calculation)
