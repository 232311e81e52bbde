"""The strain state of a coherent boundary: in-plane lattice held, third vector free."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.filters import Filter

from delith.crystals.lattice import Floats


def cell_weight(atoms: Atoms) -> float:
    """Length (Å) that a strain of one counts for beside the displacements of atoms.

    What a strain costs grows with the number of atoms N. With √N Å the cell is about as stiff to an
    optimizer as an atom is, whatever its size; with N Å, as in ASE's cell filters, it is N times
    softer, and relaxations wait for it.
    """
    return float(np.sqrt(len(atoms)))


class NormalCellFilter(Filter):
    """Relax the atoms and the third cell vector; a and b stay as they are.

    The third vector is free in length and lean, so the boundary bears no traction: the normal
    stress and both shears across the plane vanish at the minimum. (Masks on ASE's cell filters
    cannot say this exactly: they act on the stress before it is turned into the gradient with
    respect to the deformation, so that a lean would spill into a and b.)

    Parameters
    ----------
    atoms : ase.Atoms
        With a calculator, and a and b in the xy plane.
    """

    def __init__(self, atoms: Atoms) -> None:
        super().__init__(atoms, indices=range(len(atoms)))
        self.start = atoms.cell[:].copy()
        self.weight = cell_weight(atoms)

    def _deformation(self) -> Floats:
        return np.linalg.solve(self.start, self.atoms.cell[:]).T

    def get_positions(self) -> Floats:
        """Positions in the undeformed cell, then the weighted third column of the deformation."""
        deformation = self._deformation()
        positions = np.linalg.solve(deformation, self.atoms.positions.T).T
        return np.vstack([positions, self.weight * deformation[:, 2]])

    def set_positions(self, new: Floats, **kwargs: object) -> None:
        """Inverse of `get_positions`."""
        deformation = np.eye(3)
        deformation[:, 2] = new[-1] / self.weight
        self.atoms.set_cell(self.start @ deformation.T, scale_atoms=False)
        self.atoms.set_positions(new[:-1] @ deformation.T, **kwargs)

    def get_forces(self, **kwargs: object) -> Floats:
        """Forces conjugate to `get_positions`, eV/Å."""
        deformation = self._deformation()
        virial = -self.atoms.get_volume() * self.atoms.get_stress(voigt=False)
        gradient = virial @ np.linalg.inv(deformation).T
        forces = self.atoms.get_forces(**kwargs) @ deformation
        return np.vstack([forces, gradient[:, 2] / self.weight])

    def get_potential_energy(self, force_consistent: bool = False) -> float:
        """Energy of the atoms, eV."""
        return self.atoms.get_potential_energy(force_consistent=force_consistent)

    def __len__(self) -> int:
        return len(self.atoms) + 1
