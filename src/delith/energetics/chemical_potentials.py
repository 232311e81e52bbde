"""Chemical potentials from reference phases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ase.build import molecule
from ase.thermochemistry import IdealGasThermo
from ase.units import invcm

from delith.errors import DelithError
from delith.records import Record
from delith.study.reservoirs import REFERENCE

#: Vibration of O2: Huber and Herzberg, Constants of Diatomic Molecules (1979).
_VIBRATION = 1580.2 * invcm

#: Share of oxygen in air, and the pressure of air in Pa.
_AIR = 0.2095 * 101325


@dataclass(frozen=True, eq=False)
class Reservoirs:
    """Reference phases under one potential.

    Attributes
    ----------
    phases : tuple of (dict, float)
        Atoms of each element in a formula unit, and its energy, eV.
    """

    phases: tuple[tuple[Mapping[str, float], float], ...]

    @classmethod
    def of(cls, records: Iterable[Record], potential: str) -> Reservoirs:
        """Take the usable reference phases of a potential out of records."""
        return cls(
            tuple(
                (composition(record), record.energy_per_unit)
                for record in records
                if record.host.kind == REFERENCE and record.potential == potential and record.usable
            )
        )

    def pure(self, element: str) -> float:
        """Energy of an atom in the pure element, eV; NaN where there is no such phase."""
        found = [e / atoms[element] for atoms, e in self.phases if set(atoms) == {element}]
        return min(found, default=float("nan"))

    def oxygen(self, temperature: float = 298.15, pressure: float = _AIR) -> float:
        """Chemical potential of oxygen in the gas, eV: half of that of O2 as an ideal gas.

        Parameters
        ----------
        temperature : float
            K.
        pressure : float
            Partial pressure of O2, Pa; by default that in air.

        Returns
        -------
        float
            E(O2)/2 under the potential, zero-point motion and entropy (ideal gas, rigid rotor,
            harmonic vibration; `ase.thermochemistry`). NaN where O2 was not computed.

        Raises
        ------
        DelithError
            If temperature or pressure are not above zero.

        Notes
        -----
        Semilocal functionals bind O2 too strongly by up to 1 eV an oxide oxygen (Wang, Maxisch and
        Ceder, Phys. Rev. B 73, 195107, 2006), unless corrected as the training data of CHGNet are.
        Oxides of one metal in two valences can still stand wrongly to each other: see the oxidation
        of CoO among the anchors of ``delith validate``, by which the price of cobalt is uncertain.
        """
        if not (0 < temperature < np.inf and 0 < pressure < np.inf):
            raise DelithError(
                f"oxygen needs a temperature and a pressure above zero, not {temperature:g} K and "
                f"{pressure:g} Pa."
            )
        gas = IdealGasThermo(
            vib_energies=[_VIBRATION],
            geometry="linear",
            potentialenergy=2 * self.pure("O"),
            atoms=molecule("O2"),
            symmetrynumber=2,
            spin=1,
        )
        return float(gas.get_gibbs_energy(temperature, pressure, verbose=False)) / 2

    def potential(self, element: str, oxygen: float) -> float:
        """Chemical potential of a framework element, eV.

        Parameters
        ----------
        element : str
        oxygen : float
            Chemical potential of oxygen, eV.

        Returns
        -------
        float
            ``oxygen`` itself, or the lowest [E(M_aO_b) − b·μ_O]/a among the oxides of M: that of
            the oxide that is stable there. NaN where there is none.
        """
        if element == "O":
            return oxygen
        oxides = [
            (energy - atoms["O"] * oxygen) / atoms[element]
            for atoms, energy in self.phases
            if set(atoms) == {element, "O"}
        ]
        return min(oxides, default=float("nan"))


def composition(record: Record) -> dict[str, float]:
    """Atoms of each framework element in a formula unit."""
    counts = record.atoms.symbols.formula.count()
    n = record.host.formula_units
    return {e: number / n for e, number in counts.items() if e != record.mobile}


def counted(cell: Record, bulk: Sequence[Mapping[str, float]]) -> tuple[float, dict[str, float]]:
    """Formula units of bulk that a cell holds, and framework atoms beyond them.

    Parameters
    ----------
    cell : Record
    bulk : sequence of dict
        Framework atoms of a formula unit in each of its grains, see `composition`.

    Returns
    -------
    units : float
        By the metals (all but oxygen) of bulk that are there: bulk, with which a boundary exchanges
        what it holds by moving, sets their common potential.
    surplus : dict of str to float
        Atoms beyond them; those of the metals of bulk add up to zero. Empty if none.
    """
    n = cell.host.formula_units
    here = {e: n * number for e, number in composition(cell).items()}
    there = {e: float(np.mean([grain.get(e, 0.0) for grain in bulk])) for e in set().union(*bulk)}
    metals = [e for e in there if e != "O"] or list(there)
    units = sum(here.get(e, 0.0) for e in metals) / sum(there[e] for e in metals)
    extra = {e: here.get(e, 0.0) - units * there.get(e, 0.0) for e in sorted(here | there)}
    surplus = {e: float(np.round(number, 6)) for e, number in extra.items() if abs(number) > 1e-6}
    return units, surplus
