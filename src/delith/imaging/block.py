"""The block of crystal that the beam goes through, cut from a periodic boundary cell."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from ase import Atoms

from delith.crystals.lattice import Floats, completed_basis
from delith.errors import DelithError

#: Å beside what is scanned, where the crystal ends there. Twice as much changes the images by some
#: per cent, as any larger box does: it has finer angles, and the detectors sharper edges.
MARGIN = 5.0
#: Å by which edges may miss each other and still be called joined: a fraction of a pixel, where
#: relaxed cells lean a little.
JOINED = 0.05


@dataclass(frozen=True, eq=False)
class Block:
    """Crystal in a rectangular box, as the microscope sees it.

    Attributes
    ----------
    atoms : ase.Atoms
        x along the boundary normal, y up in the picture, z where the electrons fly.
        Arrays such as ``sublattice`` are those of the cell.
    window : tuple of float
        From where to where along x is scanned, Å; along y it is the whole box.
    seamless : bool
        Whether the picture goes on periodically along x. Along y it always does.
    along : tuple of int
        [u v] of the axis towards which one looks.
    """

    atoms: Atoms
    window: tuple[float, float]
    seamless: bool
    along: tuple[int, int]

    @property
    def width(self) -> float:
        """Of what is scanned, along the boundary normal, Å."""
        return self.window[1] - self.window[0]

    @property
    def height(self) -> float:
        """Å."""
        return float(self.atoms.cell[1, 1])

    @property
    def thickness(self) -> float:
        """Å."""
        return float(self.atoms.cell[2, 2])


def cut(
    atoms: Atoms,
    along: tuple[int, int] = (1, 0),
    height: float = 10.0,
    thickness: float = 30.0,
    start: float = 0.0,
    width: float | None = None,
) -> Block:
    """Cut a block from a periodic cell, seen along a lattice vector of the boundary plane.

    Nothing is strained. Height and thickness are whole numbers of rows and of periods, so that the
    projected crystal closes at the upper and lower edge; at the left and right one it does where
    the whole cell is seen and its third vector is, in projection, the normal (mirror twins).
    Elsewhere there is more crystal to both sides than is scanned.

    Parameters
    ----------
    atoms : ase.Atoms
        Boundary cell, relaxed or not, boundaries normal to a and b.
    along : tuple of int
        [u v], without a common divisor: the axis is u·a + v·b.
    height, thickness : float
        At least, Å. The electrons have angles as fine as the box is large: one of 5 Å height gives
        intensities off by 5 to 10 % in the dark field and more in the bright one.
    start : float
        Where along the normal the picture begins, Å; a boundary is at 0 and one at half the cell.
    width : float, optional
        Of the picture, Å; by default that of the cell.

    Raises
    ------
    DelithError
        If the cell is not periodic, the axis is none, or a size is not positive.
    """
    u, v = along
    if gcd(u, v) != 1:
        raise DelithError(f"along is [{u} {v}]: give two whole numbers without a common divisor.")
    if atoms.cell.rank < 3 or not len(atoms):
        raise DelithError("there is no periodic crystal to cut a block from: give a filled cell.")
    if not (height > 0 and thickness > 0 and (width is None or width > 0)):
        raise DelithError("height, thickness and width of a block must be positive.")
    vectors, positions = _turned(atoms, u, v)
    period, row, tall = vectors[0, 2], vectors[1, 1], vectors[2, 0]
    rows, deep = int(np.ceil(height / row - 1e-6)), int(np.ceil(thickness / period - 1e-6))
    high, thick = rows * row, deep * period

    lean = vectors[2, 1] / row
    seamless = width is None and abs(lean - round(lean)) * row < JOINED
    wide = tall if width is None else width
    margin = 0.0 if seamless else MARGIN
    span = wide + 2 * margin

    # copies along the normal that reach into the box, in whichever rows and periods they come
    shift = positions[:, 0] - (start - margin)
    first = np.ceil(-shift / tall - 1e-9).astype(int)
    count = 1 if seamless else int(np.ceil(span / tall)) + 1
    copies = first[:, None, None, None] + np.arange(count)[:, None, None]
    up = np.arange(rows)[:, None]
    back = np.arange(deep)
    places = (
        positions[:, None, None, None, :]
        + copies[..., None] * vectors[2]
        + up[..., None] * vectors[1]
        + back[..., None] * vectors[0]
    )
    source = np.broadcast_to(np.arange(len(atoms))[:, None, None, None], places.shape[:-1])
    places, source = places.reshape(-1, 3), source.ravel()
    places[:, 0] -= start - margin
    inside = slice(None) if seamless else places[:, 0] < span - 1e-9
    places, source = places[inside], source[inside]
    # through the upper edge by whole boxes, each of which lies somewhat further back
    places -= np.floor(places[:, 1] / high + 1e-9)[:, None] * rows * vectors[1]
    places[:, 2] -= np.floor(places[:, 2] / thick + 1e-9) * thick

    out = atoms[source]
    out.set_cell([span, high, thick])
    out.set_positions(places)
    out.pbc = True
    return Block(out, (margin, margin + float(wide)), seamless, (u, v))


def _turned(atoms: Atoms, u: int, v: int) -> tuple[Floats, Floats]:
    """Vectors and positions in the frame of the picture; first the axis, then a row, then c."""
    a, b, c = atoms.cell[:]
    # u·s + v·t = 1: with the axis, a basis of the plane's lattice
    s, t, _ = completed_basis(np.array([u, v, 0]))[2]
    axis, other = u * a + v * b, s * b - t * a
    normal = np.cross(a, b)
    x = normal / np.linalg.norm(normal)
    if c @ x < 0:
        x = -x
    up = np.cross(x, axis)
    y = up / np.linalg.norm(up)
    frame = np.array([x, y, np.cross(x, y)])
    vectors = np.array([-axis, other if other @ y > 0 else -other, c]) @ frame.T
    return vectors, atoms.positions @ frame.T
