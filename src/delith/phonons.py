"""Phonons of a cell: frequencies, free energy, imaginary modes, and files for phonopy's tools."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.io import write
from numpy.typing import ArrayLike, NDArray
from phonopy import Phonopy

from delith.crystals.lattice import Floats
from delith.errors import DelithError
from delith.units import PER_CM_PER_THZ

Supercell = tuple[int, int, int]
Complexes = NDArray[np.complex128]

#: Length (Å) over which the default mesh resolves a period of the reciprocal lattice.
MESH = 40.0

#: How far (cm⁻¹) below zero interpolation and rounding may put an acoustic mode.
TOLERANCE = 5.0

#: Largest displacement (Å) of an atom in the structure of an imaginary mode.
AMPLITUDE = 0.1

#: What the files of `Phonons.write` are called.
PARAMETERS, IMAGINARY = "phonopy_params.yaml", "imaginary_modes.extxyz"


@dataclass(frozen=True, eq=False)
class ImaginaryMode:
    """A direction in which a structure is not stable.

    Attributes
    ----------
    frequency_per_cm : float
        cm⁻¹; negative, as imaginary frequencies are written.
    q : tuple of float
        In fractions of the reciprocal vectors of the cell.
    atoms : ase.Atoms
        The supercell, displaced along the eigenvector by up to `AMPLITUDE`; the array
        ``displacement`` holds by how much (Å).
    """

    frequency_per_cm: float
    q: tuple[float, ...]
    atoms: Atoms


@dataclass(frozen=True, eq=False)
class Thermal:
    """Harmonic free energy of a cell.

    Attributes
    ----------
    temperatures : ndarray
        K.
    free_energy : ndarray
        Helmholtz free energy of the vibrations of one cell, zero-point energy included, eV.
    left_out : float
        Modes of one cell, mean over the mesh, that did not enter because they are imaginary.
    """

    temperatures: Floats
    free_energy: Floats
    left_out: float


@dataclass(frozen=True, eq=False)
class Phonons:
    """Phonons of one cell; `phonopy` itself goes on from ``phonopy``.

    Attributes
    ----------
    atoms : ase.Atoms
        The cell whose phonons these are, exactly symmetric.
    phonopy : phonopy.Phonopy
        With force constants; its primitive cell is ``atoms``, all of it.
    """

    atoms: Atoms
    phonopy: Phonopy

    @property
    def supercell(self) -> Supercell:
        """Repeats of the cell in which forces were computed."""
        a, b, c = (int(n) for n in np.diag(self.phonopy.supercell_matrix))
        return a, b, c

    @property
    def displacement(self) -> float:
        """How far atoms were displaced, Å."""
        return float(np.linalg.norm(self.phonopy.displacements[0][1:]))

    @property
    def mesh(self) -> Supercell:
        """Default mesh: even, so that it avoids Γ, where three modes have no energy."""
        a, b, c = (2 * n for n in spanning(self.atoms, MESH / 2))
        return a, b, c

    def frequencies(self, points: ArrayLike) -> Floats:
        """Compute frequencies at points of reciprocal space.

        Parameters
        ----------
        points : array_like, shape (m, 3)
            In fractions of the reciprocal vectors of the cell.

        Returns
        -------
        ndarray, shape (m, 3n)
            cm⁻¹, rising; imaginary ones negative. Exact where a point is commensurate with the
            supercell, interpolated elsewhere.
        """
        found = self.phonopy.run_qpoints(np.atleast_2d(np.asarray(points, dtype=float)))
        return np.asarray(found.frequencies) * PER_CM_PER_THZ

    def modes(self, point: ArrayLike) -> tuple[Floats, Complexes]:
        """Compute frequencies and eigenvectors at one point of reciprocal space.

        Parameters
        ----------
        point : array_like, shape (3,)
            As for `frequencies`.

        Returns
        -------
        frequencies : ndarray, shape (3n,)
            cm⁻¹.
        eigenvectors : ndarray, shape (3n, n, 3)
            Of the dynamical matrix, so displacements times the root of the mass; of unit length.
        """
        found = self.phonopy.run_qpoints([list(np.asarray(point))], with_eigenvectors=True)
        vectors = np.asarray(found.eigenvectors)[0].T.reshape(-1, len(self.atoms), 3)
        return np.asarray(found.frequencies)[0] * PER_CM_PER_THZ, vectors

    @cached_property
    def commensurate(self) -> Floats:
        """Points at which frequencies are exact, one of each pair q and −q."""
        repeats = np.array(self.supercell)
        points = [p for p in np.ndindex(*repeats) if p <= tuple(-np.array(p) % repeats)]
        return np.array(points) / repeats

    @cached_property
    def lowest_per_cm(self) -> float:
        """Lowest frequency at the commensurate points, cm⁻¹; negative where it is imaginary.

        Without the three acoustic modes at Γ, which are zero in every structure; infinite where
        there are no others.
        """
        return float(self._bands.min())

    @property
    def stable(self) -> bool:
        """Whether no mode of the supercell is imaginary beyond `TOLERANCE`."""
        return self.lowest_per_cm > -TOLERANCE

    @cached_property
    def imaginary(self) -> tuple[ImaginaryMode, ...]:
        """Imaginary modes of the supercell beyond `TOLERANCE`, the lowest first.

        One of each pair q and −q, whose displacements differ by a shift.
        """
        found = [
            self._mode(q, band, float(frequency))
            for q, row in zip(self.commensurate, self._bands, strict=True)
            for band, frequency in enumerate(row)
            if frequency <= -TOLERANCE
        ]
        return tuple(sorted(found, key=lambda mode: mode.frequency_per_cm))

    def thermal(self, temperatures: ArrayLike, mesh: Supercell | None = None) -> Thermal:
        """Compute the harmonic free energy at the volume of the cell.

        F(T) = Σ [ħω/2 + kT ln(1 − exp(−ħω/kT))], averaged over a mesh of reciprocal space.

        Parameters
        ----------
        temperatures : array_like
            K.
        mesh : tuple of int, optional
            Monkhorst-Pack; by default `mesh`. Where it holds Γ, its three acoustic modes are left
            out.

        Raises
        ------
        DelithError
            If a temperature is below 0 K or no number, or the mesh has less than a point.
        """
        kelvin = np.atleast_1d(np.asarray(temperatures, dtype=float))
        if not (np.isfinite(kelvin).all() and (kelvin >= 0).all()):
            raise DelithError(f"temperatures are 0 K or more, not {temperatures!r}.")
        points = self.mesh if mesh is None else mesh
        if np.shape(points) != (3,) or not all(isinstance(n, Integral) and n > 0 for n in points):
            raise DelithError(f"mesh {points} must be three whole numbers of at least 1.")
        # where it shifts the mesh off Γ, phonopy has no use for the symmetry of oblique cells
        sampled = self.phonopy.run_mesh(points, is_mesh_symmetry=False)
        found = self.phonopy.run_thermal_properties(
            temperatures=kelvin, exclude_gamma_acoustic=True
        )
        acoustic = 0 if sampled.gamma_index is None else 3
        left_out = found.number_of_modes - found.number_of_integrated_modes - acoustic
        return Thermal(
            temperatures=kelvin,
            free_energy=np.asarray(found.free_energy) * units.kJ / units.mol,
            left_out=float(left_out / sampled.weights.sum()),
        )

    def write(self, folder: str | Path) -> None:
        """Write files that phonopy's own tools and ASE open.

        Parameters
        ----------
        folder : str or path-like
            Made if need be. Gets ``phonopy_params.yaml`` (cells, displacements and their forces,
            less those of the undisplaced supercell) for ``phonopy`` and `phonopy.load`; and
            ``imaginary_modes.extxyz``, a structure for each of `imaginary`, where there are any.
        """
        where = Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        self.phonopy.save(where / PARAMETERS)
        if self.imaginary:
            write(where / IMAGINARY, [mode.atoms for mode in self.imaginary], format="extxyz")
        else:
            (where / IMAGINARY).unlink(missing_ok=True)

    @cached_property
    def _bands(self) -> Floats:
        """Frequencies at the commensurate points, infinite for the three acoustic modes at Γ."""
        bands = self.frequencies(self.commensurate)
        # Γ is the first point; imaginary modes there lie below the acoustic ones
        bands[0, np.abs(bands[0]).argsort()[:3]] = np.inf
        return bands

    def _mode(self, q: Floats, band: int, frequency: float) -> ImaginaryMode:
        found = self.phonopy.run_modulations(self.supercell, [[q, band, 1.0, 0.0]])
        pattern = found.modulations[0].real
        pattern *= AMPLITUDE / np.linalg.norm(pattern, axis=1).max()
        atoms = repeated(self.atoms, self.phonopy)
        atoms.positions += pattern
        atoms.set_array("displacement", pattern)
        atoms.info = {"frequency_per_cm": frequency, "q": q}
        return ImaginaryMode(frequency_per_cm=frequency, q=tuple(map(float, q)), atoms=atoms)


def repeated(cell: Atoms, calculation: Phonopy) -> Atoms:
    """Repeat a cell in phonopy's order, each atom with the arrays of the one it repeats."""
    made = calculation.supercell
    atoms = cell[[made.u2u_map[i] for i in made.s2u_map]]
    atoms.set_cell(made.cell)
    atoms.set_positions(made.positions)
    return atoms


def spanning(atoms: Atoms, length: float) -> Supercell:
    """Repeat a cell until it is so thick (Å), at least, between each pair of its faces."""
    thickness = 1 / np.linalg.norm(atoms.cell.reciprocal()[:], axis=1)
    a, b, c = (int(n) for n in np.ceil(length / thickness - 1e-6))
    return a, b, c
