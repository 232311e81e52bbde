"""Facts of the cell that a record is of: its host, and what was done to that (`State`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """What was done to a host before its mobile ions were taken out.

    Attributes
    ----------
    dopant : str
        Such as ``Mg on Mn``; empty for none.
    dopants : int
        Dopant atoms in the cell.
    shell : int or None
        Layer that dopants are in or exchanged ions left, 0 nearest to the boundary; None in bulk.
    distance : float or None
        Of that layer to the boundary, Å, as built; where two boundaries are unlike, to the nearer.
    exchanged : int
        Transition-metal ions moved into interstices.
    metal : str
        Which they are.
    into : str
        What interstices they are in, such as ``tetrahedral``; empty for octahedra.
    """

    dopant: str = ""
    dopants: int = 0
    shell: int | None = None
    distance: float | None = None
    exchanged: int = 0
    metal: str = ""
    into: str = ""

    @property
    def label(self) -> str:
        """In a few words; empty where nothing was done."""
        number = f"{self.dopants} " if self.dopants > 1 else ""
        moved = f"{self.exchanged} {self.metal}".rstrip()
        into = f" ({self.into})" if self.into else ""
        parts = [
            f"{number}{self.dopant}" if self.dopant else "",
            f"{moved} exchanged{into}" if self.exchanged else "",
            "" if self.shell is None else f"shell {self.shell}",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def composition(self) -> tuple[str, int]:
        """What states of the same framework composition share."""
        return self.dopant, self.dopants


@dataclass(frozen=True)
class HostFacts:
    """What the energies need to know of the cell that hosts an ordering.

    Attributes
    ----------
    label, kind, plane : str
        As in `delith.boundaries.Boundary`; the plane as text.
    formula_units : float
        Framework formula units n.
    count : int
        Boundaries in the cell: 2, or 0 for bulk.
    equivalent : bool
        Whether a symmetry operation of the host maps one boundary on the other.
    separation : float
        Å, as built from the crystal's reference lattice.
    reference : str
        Label of the matched bulk host; its own label for bulk.
    basal : tuple of tuple of float, or None
        Unit normals of the basal plane in grains 0 and 1, in the built cell's frame.
    built_cell : tuple of tuple of float
        Cell of the host as built, Å; maps the start of a relaxation back onto the crystal.
    excess : str
        Framework atoms beyond those of bulk, such as ``Co+1``; empty if there are none.
    polar : bool
        Whether the boundaries are head-to-head and tail-to-tail.
    other : str
        Label of the bulk that the second grain compares with, where it is not the first one's.
    boundary : str
        What cells of several separations share: the label without separation and thickness.
    """

    label: str
    kind: str
    plane: str
    formula_units: float
    count: int
    equivalent: bool
    separation: float
    reference: str
    basal: tuple[tuple[float, ...], ...] | None
    built_cell: tuple[tuple[float, ...], ...]
    excess: str = ""
    polar: bool = False
    other: str = ""
    boundary: str = ""
