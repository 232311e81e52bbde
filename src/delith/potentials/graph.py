"""Crystals side by side as one graph, so that a network takes them in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import is_

import numpy as np
import torch

from delith.potentials.neighbours import Topology


@dataclass(frozen=True, eq=False)
class Crystal:
    """What the network sees of a crystal: elements, and vectors (Å) of the pairs of a topology."""

    numbers: np.ndarray
    vectors: np.ndarray
    topology: Topology
    volume: float


class Graph:
    """Topologies of crystals side by side as index tensors, the bonds of all of them first.

    Attributes
    ----------
    order : ndarray of int, shape (pairs,)
        Where each pair stands among those of all crystals, one after the other.
    """

    def __init__(
        self, topologies: Sequence[Topology], sizes: Sequence[int], device: torch.device
    ) -> None:
        self._topologies = list(topologies)
        starts = np.cumsum([0, *sizes[:-1]])
        bond = np.concatenate([np.arange(len(t.first)) < t.bonds for t in topologies])
        self.order = np.concatenate([np.flatnonzero(bond), np.flatnonzero(~bond)])
        self.bonds = bonds = int(bond.sum())
        earlier = np.cumsum([0, *(t.bonds for t in topologies[:-1])])

        def shifted(arrows: np.ndarray, topology: Topology, before: int) -> np.ndarray:
            # arrows back follow the bonds: of the crystal there, of all crystals here
            return arrows + np.where(
                arrows < topology.bonds, before, before - topology.bonds + bonds
            )

        ends = [
            np.concatenate(
                [getattr(t, end) + start for t, start in zip(topologies, starts, strict=True)]
            )
            for end in ("first", "second")
        ]
        arrows = [
            np.concatenate(
                [shifted(getattr(t, arrow), t, b) for t, b in zip(topologies, earlier, strict=True)]
            )
            for arrow in ("arrow", "other")
        ]
        first, second, arrow, other = (
            torch.as_tensor(index, device=device)
            for index in (*(end[self.order] for end in ends), *arrows)
        )
        # Each pair and each bond is seen from both of its ends.
        self.centre = torch.cat([first, second])
        self.neighbour = torch.cat([second, first])
        self.arrow_centre = torch.cat([first[:bonds], second[:bonds]])
        self.arrow, self.other = arrow, other
        self.other_bond = other % max(bonds, 1)

    def holds(self, topologies: Sequence[Topology]) -> bool:
        """Tell whether it is that of these very topologies."""
        return len(topologies) == len(self._topologies) and all(
            map(is_, topologies, self._topologies)
        )
