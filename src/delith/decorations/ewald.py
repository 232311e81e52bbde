"""Electrostatic energy of point charges as a quadratic form, set up once for each host."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Lattice, Species, Structure

from delith.crystals.lattice import Floats


@dataclass(frozen=True)
class Electrostatics:
    """Energy of the charges on some sites among themselves and with the fixed rest.

    With q the charges (e) of the n sites, E = constant + field·q + q·pair·q.
    """

    pair: Floats
    """eV/e², shape (n, n), symmetric; the diagonal is a charge with its own images."""
    field: Floats
    """Potential (V) of the fixed charges at the sites, shape (n,)."""
    constant: float
    """Energy (eV) of the fixed charges among themselves."""

    def energies(self, charges: Floats) -> Floats:
        """Return energies (eV), shape (m,), for charges (e) of shape (m, n)."""
        energies: Floats = np.sum(charges * (charges @ self.pair + self.field), axis=1)
        return energies + self.constant

    def potentials(self, charges: Floats) -> Floats:
        """Return dE/dq (V) at every site, shape (m, n): what `exchange` needs, kept up to date."""
        return self.field + 2 * charges @ self.pair

    def exchange(
        self, potentials: Floats, charges: Floats, one: NDArray[np.intp], other: NDArray[np.intp]
    ) -> tuple[Floats, Floats]:
        """Exchange the charges of two sites in each row: O(n) work a row.

        Parameters
        ----------
        potentials, charges
            Shape (m, n).
        one, other
            The two sites, shape (m,).

        Returns
        -------
        The changes in energy (eV), shape (m,), and in the potentials (V), shape (m, n).
        """
        row = np.arange(len(charges))
        moved = charges[row, other] - charges[row, one]
        pair = self.pair
        twice = pair[one, one] + pair[other, other] - 2 * pair[one, other]
        change = moved * (potentials[row, one] - potentials[row, other]) + moved**2 * twice
        return change, 2 * moved[:, None] * (pair[one] - pair[other])


def electrostatics(atoms: Atoms, sites: NDArray[np.intp], charges: Floats) -> Electrostatics:
    """Return the energy as a function of the charges on `sites`, all others held.

    Parameters
    ----------
    atoms
        The host; only its cell and positions matter.
    sites
        Indices of the sites whose charges vary, shape (n,).
    charges
        Charges (e) of all atoms; those on `sites` are not used.
    """
    pair = _pair_matrix(atoms.cell[:].tobytes(), atoms.positions.tobytes())
    fixed = np.delete(np.arange(len(atoms)), sites)
    held = charges[fixed]
    return Electrostatics(
        pair=pair[np.ix_(sites, sites)],
        field=2 * pair[np.ix_(sites, fixed)] @ held,
        constant=float(held @ pair[np.ix_(fixed, fixed)] @ held),
    )


@lru_cache(maxsize=4)
def _pair_matrix(cell: bytes, positions: bytes) -> Floats:
    """Return the Ewald energy (eV) of unit charges, pair by pair, for a neutral cell.

    Cached on the geometry: a study asks for several contents of one host.
    """
    lattice = Lattice(np.frombuffer(cell).reshape(3, 3))
    points = np.frombuffer(positions).reshape(-1, 3)
    # Any ion of charge one will do: the element is not used.
    ions = Structure(lattice, [Species("H", 1)] * len(points), points, coords_are_cartesian=True)
    matrix = np.asarray(EwaldSummation(ions).total_energy_matrix)
    matrix = (matrix + matrix.T) / 2
    matrix.setflags(write=False)
    return matrix
