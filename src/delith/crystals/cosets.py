"""Left cosets of a crystal's space group in that of its parent.

Operations act on columns of parent fractions, x' = W x + w. Both groups are infinite; what is
counted is modulo the translations of the crystal, so that everything is integer algebra once the
parent's translation parts are taken off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from delith.crystals import Crystal
from delith.crystals.lattice import Floats, Ints
from delith.crystals.parent import Parent
from delith.errors import DelithError


@dataclass(frozen=True, eq=False)
class Operation:
    """A space-group operation x' = W x + w on columns of parent fractions.

    Attributes
    ----------
    rotation : ndarray of int, shape (3, 3)
    translation : ndarray, shape (3,)
    """

    rotation: Ints
    translation: Floats

    def __matmul__(self, other: Operation) -> Operation:
        """Apply ``other`` first."""
        return Operation(
            self.rotation @ other.rotation, self.rotation @ other.translation + self.translation
        )

    def inverse(self) -> Operation:
        """The operation that undoes this one."""
        rotation = np.rint(np.linalg.inv(self.rotation)).astype(int)
        return Operation(rotation, -rotation @ self.translation)

    def slip(self, cell: Floats) -> float:
        """Length (Å) of the translation along the mirror or axis: zero for pure operations."""
        return float(np.linalg.norm(projection(self.rotation) @ self.translation @ cell))


def projection(rotation: Ints) -> Floats:
    """Projection on what a rotation leaves as it is: the mean of its powers."""
    power, total, order = rotation, np.asarray(rotation, dtype=float), 1
    while (power != np.eye(3)).any():
        power = power @ rotation
        total, order = total + power, order + 1
    return total / order


@dataclass(frozen=True, eq=False)
class Cosets:
    """The cosets gH, numbered by orientation first and translation second.

    Attributes
    ----------
    parent : Parent
    own : tuple of Operation
        The crystal's group H modulo its translations, the identity first.
    lattice : ndarray of int, shape (3, 3)
        Translations of the crystal, rows, in parent fractions.
    orientations : tuple of Operation
        One for each class of rotations, the identity first.
    shifts : ndarray of int, shape (T, 3)
        Translations of the parent modulo those of the crystal, zero first.
    """

    parent: Parent
    own: tuple[Operation, ...]
    lattice: Ints
    orientations: tuple[Operation, ...]
    shifts: Ints

    @classmethod
    def of(cls, crystal: Crystal, parent: Parent) -> Cosets:
        """Find the cosets of a crystal in its parent."""
        from_conventional = np.linalg.inv(parent.basis)
        cell = crystal.atoms.cell[:]
        lattice = crystal.primitive @ np.linalg.inv(cell) @ from_conventional
        shifts = np.rint(parent.lost_translations @ from_conventional).astype(int)
        rotations = {w.tobytes(): k for k, w in enumerate(parent.rotations)}
        own: dict[bytes, Operation] = {}
        dataset = crystal.symmetry
        for rotation, translation in zip(dataset.rotations, dataset.translations, strict=True):
            turned = from_conventional.T @ rotation @ parent.basis.T
            w = np.rint(turned).astype(np.int64)
            if w.tobytes() not in rotations or np.abs(turned - w).max() > 1e-3:
                raise DelithError(f"{crystal.name} is not a child of its parent lattice.")
            # what the crystal's translation part is off the parent's is a parent vector
            fitted = parent.translations[rotations[w.tobytes()]]
            step = np.rint(translation @ from_conventional - fitted)
            own.setdefault(w.tobytes(), Operation(w, fitted + step))
        identity = own[np.eye(3, dtype=np.int64).tobytes()]
        own = {
            np.eye(3, dtype=np.int64).tobytes(): Operation(identity.rotation, np.zeros(3)),
            **own,
        }
        return cls(
            parent=parent,
            own=tuple(own.values()),
            lattice=np.rint(lattice).astype(np.int64),
            orientations=_orientations(parent, list(own.values())),
            shifts=np.vstack([np.zeros((1, 3), dtype=int), shifts]),
        )

    def __len__(self) -> int:
        return len(self.orientations) * len(self.shifts)

    def orientation(self, number: int) -> int:
        """Number of the orientation of a coset."""
        return number // len(self.shifts)

    def representative(self, number: int) -> Operation:
        """An operation of a coset."""
        turn = self.orientations[self.orientation(number)]
        shift = self.shifts[number % len(self.shifts)].astype(float)
        return turn @ Operation(np.eye(3, dtype=np.int64), shift)

    def elements(self, number: int) -> tuple[Operation, ...]:
        """All operations of a coset modulo translations of the crystal, each with least slip."""
        first = self.representative(number)
        return tuple(self._least_slip(first @ own) for own in self.own)

    def number(self, operation: Operation) -> int:
        """Number of the coset that holds an operation."""
        index, own = self._by_rotation[operation.rotation.tobytes()]
        rest = self.orientations[index].inverse() @ operation @ self.own[own].inverse()
        off = (np.rint(rest.translation) - self.shifts) @ np.linalg.inv(self.lattice)
        shift = int(np.abs(off - np.rint(off)).max(axis=1).argmin())
        return index * len(self.shifts) + shift

    @cached_property
    def _by_rotation(self) -> dict[bytes, tuple[int, int]]:
        return {
            (turn.rotation @ own.rotation).tobytes(): (i, k)
            for i, turn in enumerate(self.orientations)
            for k, own in enumerate(self.own)
        }

    def relations(self) -> list[int]:
        """Number the double cosets HgH, an operation counted with its inverse, coset by coset."""
        steps = [Operation(np.eye(3, dtype=np.int64), row.astype(float)) for row in self.lattice]
        relation: dict[int, int] = {}
        for number in range(len(self)):
            if number in relation:
                continue
            count = len(set(relation.values()))
            waiting = {number}
            while waiting:
                member = waiting.pop()
                relation[member] = count
                g = self.representative(member)
                reached = {self.number(own @ g) for own in (*self.own, *steps)}
                waiting |= (reached | {self.number(g.inverse())}) - relation.keys()
        return [relation[number] for number in range(len(self))]

    def _least_slip(self, operation: Operation) -> Operation:
        """Add the translation of the crystal that leaves least slip, and of those the shortest."""
        cell, turned = self.parent.cell, self.lattice @ operation.rotation.T
        whole = np.floor(operation.translation @ np.linalg.inv(turned) + 0.5)
        steps = (np.array(list(product((-2, -1, 0, 1, 2), repeat=3))) - whole) @ turned
        translations = operation.translation + steps
        slips = np.linalg.norm(translations @ projection(operation.rotation).T @ cell, axis=1)
        lengths = np.linalg.norm(translations @ cell, axis=1)
        best = np.lexsort((lengths, np.round(slips, 3)))[0]
        return Operation(operation.rotation, translations[best])


def _orientations(parent: Parent, own: list[Operation]) -> tuple[Operation, ...]:
    seen: set[bytes] = set()
    chosen = []
    identity = np.eye(3, dtype=np.int64)
    order = np.argsort([(w != identity).any() for w in parent.rotations], kind="stable")
    for k in order:
        w = parent.rotations[k]
        if w.tobytes() in seen:
            continue
        seen |= {(w @ h.rotation).tobytes() for h in own}
        translation = np.zeros(3) if (w == identity).all() else parent.translations[k]
        chosen.append(Operation(w, translation))
    return tuple(chosen)
