"""Sites of a crystal whose metals are one species, and the translations that map them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from delith.crystals.lattice import Floats, Ints


@dataclass(frozen=True, eq=False)
class MergedSites:
    """Sites of merged species in a cell: fractions (n, 3), kinds (n,), tolerance in Å."""

    fractions: Floats
    kinds: np.ndarray
    cell: Floats
    tolerance: float

    def translations(self, rotation: Ints) -> list[Floats]:
        """Every translation w, modulo the cell, with which x' = W x + w maps the sites."""
        kinds, counts = np.unique(self.kinds, return_counts=True)
        rarest = np.flatnonzero(self.kinds == kinds[counts.argmin()])
        image = self.fractions @ rotation.T
        found = []
        for target in rarest:
            shift = self.fractions[target] - image[rarest[0]]
            correction = self._mean_offset(image + shift)
            if correction is not None:
                found.append((shift + correction) % 1)
        return found

    def _mean_offset(self, image: Floats) -> Floats | None:
        """Offset (fractions) that brings an image onto the sites best; None if it does not fit."""
        difference = self.fractions[None] - image[:, None]
        difference -= np.rint(difference)
        offsets = difference @ self.cell
        distance = np.linalg.norm(offsets, axis=2)
        distance[self.kinds[:, None] != self.kinds[None]] = np.inf
        nearest = distance.argmin(axis=1)
        if len(set(nearest)) < len(nearest):
            return None
        offsets = offsets[np.arange(len(image)), nearest]
        mean = offsets.mean(axis=0)
        if np.linalg.norm(offsets - mean, axis=1).max() > 2 * self.tolerance:
            return None
        return mean @ np.linalg.inv(self.cell)

    def folded(self, lattice: Floats) -> MergedSites:
        """Average the sites that translations of a finer lattice map onto each other."""
        groups: list[list[Floats]] = []
        kinds: list[str] = []
        for f, kind in zip(
            self.fractions @ self.cell @ np.linalg.inv(lattice), self.kinds, strict=True
        ):
            for group, other in zip(groups, kinds, strict=True):
                step = f - group[0] - np.rint(f - group[0])
                # two sites may each be off by the tolerance, in opposite directions
                if kind == other and np.linalg.norm(step @ lattice) <= 2 * self.tolerance:
                    group.append(group[0] + step)
                    break
            else:
                groups.append([f])
                kinds.append(kind)
        means = np.array([np.mean(group, axis=0) for group in groups]) % 1
        return MergedSites(means, np.array(kinds), lattice, self.tolerance)
