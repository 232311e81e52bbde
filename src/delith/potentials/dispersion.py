"""Dispersion added to a potential: D3 with Becke and Johnson's damping.

Grimme, Ehrlich and Goerigk, J. Comput. Chem. 32, 1456 (2011); for r2SCAN: Ehlert et al., J. Chem.
Phys. 154, 061101 (2021). Computed by simple-dftd3.
"""

from __future__ import annotations

from typing import Any

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes

from delith.errors import DelithError

#: Names of functionals, Delith's and those of the damping.
_DAMPED = {"PBE": "pbe", "PBE+U": "pbe", "r2SCAN": "r2scan"}
#: What dispersion adds to.
_ADDED = ("energy", "free_energy", "forces", "stress")


class DispersionCalculator(Calculator):
    """A potential and D3.

    Parameters
    ----------
    calculator : ase.calculators.calculator.Calculator
        The potential.
    functional : str
        Its level of theory, which the damping is made for.

    Raises
    ------
    DelithError
        If dftd3 is not installed, or knows no damping for the functional.
    """

    def __init__(self, calculator: Calculator, functional: str) -> None:
        super().__init__()
        try:
            from dftd3.ase import DFTD3
        except ImportError as error:
            raise DelithError("+d3 needs the package dftd3: pip install dftd3") from error
        if functional not in _DAMPED:
            raise DelithError(
                f"D3 has no damping for {functional or 'a potential of unknown functional'}, only "
                f"for {', '.join(_DAMPED)}."
            )
        self.calculator = calculator
        self.implemented_properties = list(calculator.implemented_properties)
        self._dispersion = DFTD3(method=_DAMPED[functional], damping="d3bj")

    def forget(self) -> None:
        """See `DFTCalculator.forget`."""
        if forget := getattr(self.calculator, "forget", None):
            forget()

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: list[str] | None = None,
        system_changes: list[str] = all_changes,
    ) -> None:
        """Compute every property at once."""
        super().calculate(atoms, properties, system_changes)
        self.calculator.calculate(self.atoms, list(_ADDED), system_changes)
        self._dispersion.calculate(self.atoms, ["energy", "forces", "stress"], system_changes)
        self.results: dict[str, Any] = dict(self.calculator.results)
        added = self._dispersion.results
        added = added | {"free_energy": added["energy"]}
        for name in _ADDED:
            if name in self.results:
                self.results[name] = self.results[name] + added[name]
