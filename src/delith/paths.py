"""A path of lowest energy between two structures: energies along it, barriers, minima."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from ase import Atoms
from ase.utils.forcecurve import ForceFit, fit_raw
from scipy.signal import find_peaks

from delith.crystals.lattice import Floats

#: eV. A dip that is less deep is none, and so is a saddle that is less high.
RESOLVED = 0.01


@dataclass(frozen=True, eq=False)
class Path:
    """A path of lowest energy between two structures, and what is known of it.

    Attributes
    ----------
    images : tuple of ase.Atoms
        From end to end, without calculators.
    energies : ndarray, shape (images,)
        eV.
    forces : ndarray, shape (images, n, 3)
        eV/Å, of the potential alone.
    iterations : int
        Moves of the band.
    converged : bool
        Forces of the band, the highest image climbing, are below the settings' limit.
    problem : str
        Why its barrier should not be used; empty where it may.
    """

    images: tuple[Atoms, ...]
    energies: Floats
    forces: Floats
    iterations: int
    converged: bool
    problem: str

    @property
    def usable(self) -> bool:
        """Whether the barrier may be used by default."""
        return not self.problem

    @cached_property
    def fit(self) -> ForceFit:
        """Energies (eV) less that of the start along the path (Å): a cubic through the images.

        Between two images it has their energies and the slopes that their forces say, as
        ``ase.mep.NEBTools`` draws it.
        """
        positions = [image.positions for image in self.images]
        first = self.images[0]
        return fit_raw(self.energies, self.forces, positions, first.cell, first.pbc)

    @property
    def slopes(self) -> Floats:
        """Of the energy along the path at each image, eV/Å."""
        return np.array([(e[-1] - e[0]) / (s[-1] - s[0]) for s, e in self.fit.lines])

    @property
    def end_energy(self) -> float:
        """Energy of the end less that of the start, eV."""
        return float(self.energies[-1] - self.energies[0])

    @property
    def barrier(self) -> float:
        """Highest energy of the fit less that of the start, eV."""
        return float(self.fit.fit_energies.max())

    @property
    def reverse_barrier(self) -> float:
        """Highest energy of the fit less that of the end, eV."""
        return self.barrier - self.end_energy

    @property
    def minima(self) -> tuple[float, ...]:
        """Energies less that of the start (eV) of the minima between the ends, in order.

        Where there are some, the path has several saddles, and only the highest was climbed.
        """
        curve = self.fit.fit_energies
        dips, _ = find_peaks(-curve, prominence=RESOLVED)
        return tuple(float(energy) for energy in curve[dips])
