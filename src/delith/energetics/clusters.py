"""The energy of a host against which of its mobile sites are filled: a cluster expansion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from ase import Atoms

from delith.crystals.lattice import Bools, Floats
from delith.facts import HostFacts

#: Stands on vacant sites.
VACANCY = "X"


@dataclass(frozen=True, eq=False)
class LatticeModel:
    """Cluster expansion of one host under one potential.

    Attributes
    ----------
    host : HostFacts
    potential, mobile : str
    lattice : ase.Atoms
        As built, every mobile site filled.
    space : icet.ClusterSpace
        The kinds of clusters that the symmetry of the lattice tells apart.
    interactions : ndarray
        Effective cluster interactions, eV a cluster, in icet's basis of +1 for filled sites and
        −1 for vacant ones; the first is the energy of the primitive cell.
    area : float
        Å², mean of the relaxed cells.
    data : int
        Energies that the model was fitted to.
    moved : int
        Usable records left out because ions ended on other sites than they began.
    strength : float
        Of the regulariser.
    error : float
        Leave-one-out cross-validation: root mean square error of energies that the fit has not
        seen, eV per mobile site; of partly filled cells.
    residual : float
        The same of those that it has.
    """

    host: HostFacts
    potential: str
    mobile: str
    lattice: Atoms
    space: Any
    interactions: Floats
    area: float
    data: int
    moved: int
    strength: float
    error: float
    residual: float

    @property
    def sites(self) -> int:
        """Mobile sites of the cell."""
        return int(sum(self.lattice.symbols == self.mobile))

    @cached_property
    def expansion(self) -> Any:
        """The same for icet, whose energies are those of an atom of the filled lattice."""
        from icet import ClusterExpansion

        clusters = np.array([kind.multiplicity for kind in kinds(self.space)])
        per_atom = self.interactions * clusters / len(self.space.primitive_structure)
        return ClusterExpansion(self.space, per_atom)

    def energy(self, atoms: Atoms) -> float:
        """Energy (eV) of the lattice, or of repeats of it, with vacant sites named ``X``."""
        return float(self.expansion.predict(atoms)) * len(atoms)

    @property
    def bounds(self) -> tuple[float, float]:
        """Energies (eV) that one more ion can have, at least and at most, whatever its neighbours.

        At lower chemical potentials the lattice is empty at 0 K, at higher ones full.
        """
        centre, reach = np.zeros((2, len(self.space.primitive_structure)))
        for kind, energy in zip(kinds(self.space), self.interactions, strict=True):
            if kind.order == 1:
                centre += 2 * energy * kind.at_site
            elif kind.order > 1:
                reach += 2 * abs(energy) * kind.at_site
        active = self.space.primitive_structure.symbols == self.mobile
        return float((centre - reach)[active].min()), float((centre + reach)[active].max())


@dataclass(frozen=True, eq=False)
class Kind:
    """Clusters that symmetry makes equivalent.

    Attributes
    ----------
    order : int
        Sites in a cluster; 0 for the cell itself.
    multiplicity : int
        Clusters in the primitive cell.
    distances : ndarray
        Å, between the sites, sorted.
    at_site : ndarray
        Clusters that each atom of the primitive cell is in.
    """

    order: int
    multiplicity: int
    distances: Floats
    at_site: Floats


def kinds(space: Any) -> list[Kind]:
    """List the clusters of a cluster space, in icet's order."""
    atoms = len(space.primitive_structure)
    found = [Kind(0, 1, np.empty(0), np.zeros(atoms))]
    for row in space.as_list[1:]:
        orbit = space.orbit_list.get_orbit(row["orbit_index"])
        sites = np.concatenate(orbit.all_sites).astype(int)
        at_site = np.bincount(sites, minlength=atoms).astype(float)
        shape = np.sort(orbit.distances)
        found.append(Kind(row["order"], row["multiplicity"], shape, at_site))
    return found


def emptied(lattice: Atoms, filled: Bools) -> Atoms:
    """Name vacancies on the atoms of a lattice that are not there."""
    atoms = lattice.copy()
    atoms.symbols[~filled] = VACANCY
    return atoms
