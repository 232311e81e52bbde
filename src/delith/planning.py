"""From a study to the relaxations it takes: bulk first, then the boundaries that match it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms
from ase.cell import Cell

from delith import boundaries, crystals, decorations, potentials
from delith.boundaries import Boundary
from delith.errors import DelithError
from delith.notation import format_plane
from delith.records import HostFacts, Record, Task
from delith.relaxation import RelaxSettings
from delith.study import Study


@dataclass(frozen=True, eq=False)
class Group:
    """The orderings of one host at one Li content.

    Attributes
    ----------
    host : Boundary
    reference : Boundary
        The matched bulk; the host itself for bulk.
    orderings : tuple of ase.Atoms
        In the built cell.
    """

    host: Boundary
    reference: Boundary
    orderings: tuple[Atoms, ...]

    @property
    def mobile_count(self) -> int:
        """Mobile ions in each ordering."""
        return list(self.orderings[0].symbols).count(self.host.mobile)

    @property
    def name(self) -> tuple[str, int]:
        """What tells this group from the others of a plan."""
        return self.host.label, self.mobile_count


@dataclass(frozen=True, eq=False)
class Plan:
    """Every relaxation of a study; those of boundaries wait for their bulk cell.

    Attributes
    ----------
    study : Study
    bulk, boundary : tuple of Group
    """

    study: Study
    bulk: tuple[Group, ...]
    boundary: tuple[Group, ...]

    def __len__(self) -> int:
        return sum(len(g.orderings) for g in (*self.bulk, *self.boundary))

    def bulk_tasks(self) -> list[Task]:
        """Tasks that can start at once."""
        return [task for group in self.bulk for task in self._tasks(group, self.study.bulk, None)]

    def boundary_tasks(self, bulk: list[Record]) -> list[Task]:
        """Tasks that a finished bulk group makes possible.

        Parameters
        ----------
        bulk : list of Record
            All orderings of one bulk host at one content.

        Returns
        -------
        list of Task
            Cells start from the in-plane lattice and height of the lowest bulk ordering, the
            lattice of the crystal far from the boundary; empty if no bulk ordering could be
            computed.
        """
        known = [r for r in bulk if np.isfinite(r.energy)]
        if not known:
            return []
        # an unconverged cell is a poor reference, yet better than none; the table leaves it out
        lowest = min(known, key=lambda r: (not r.usable, r.energy, r.ordering))
        return [
            task
            for group in self.boundary
            if (group.reference.label, group.mobile_count) == lowest.group
            for task in self._tasks(group, self.study.relax, lowest.atoms.cell)
        ]

    def _tasks(self, group: Group, settings: RelaxSettings, cell: Cell | None) -> list[Task]:
        study, host = self.study, group.host
        facts, weights = host_facts(host, group.reference), potentials.fingerprint(study.potential)
        return [
            Task(
                host=facts,
                mobile=host.mobile,
                mobile_count=group.mobile_count,
                ordering=number,
                atoms=atoms if cell is None else boundaries.matched(host, cell, atoms),
                potential=study.potential,
                weights=weights,
                settings=settings,
                seed=study.seed,
            )
            for number, atoms in enumerate(group.orderings)
        ]


def plan(study: Study) -> Plan:
    """Build every cell and ordering of a study.

    Raises
    ------
    DelithError
        For anything in the study that cannot be done, before anything is computed.
    """
    crystal = crystals.load(study.crystal)
    potentials.weight_file(study.potential)
    _check_elements(study, crystal)
    hosts = [b.build(crystal, study.separation, study.repeat) for b in study.boundaries]
    labels = [h.label for h in hosts]
    if twice := {label for label in labels if labels.count(label) > 1}:
        raise DelithError(f"{', '.join(sorted(twice))} stands twice under boundaries.")
    bulks = {h.label: boundaries.bulk(h) for h in hosts}
    distinct = {b.label: b for b in bulks.values()}
    return Plan(
        study=study,
        bulk=tuple(g for b in distinct.values() for g in _groups(study, b, b)),
        boundary=tuple(g for h in hosts for g in _groups(study, h, bulks[h.label])),
    )


def host_facts(host: Boundary, reference: Boundary) -> HostFacts:
    """Reduce a host to what the energies need."""
    basal = host.basal_normals
    return HostFacts(
        label=host.label,
        kind=host.kind,
        plane=format_plane(host.plane),
        formula_units=host.formula_units,
        count=host.count,
        equivalent=host.equivalent,
        separation=host.separation,
        reference=reference.label,
        basal=None if basal is None else tuple(tuple(map(float, n)) for n in basal),
        built_cell=tuple(tuple(map(float, v)) for v in host.atoms.cell[:]),
    )


def _groups(study: Study, host: Boundary, reference: Boundary) -> list[Group]:
    if host.mobile is None:
        if study.lithium:
            raise DelithError(
                f"{host.crystal.name} has no mobile element, so lithium: {study.lithium} has no "
                "meaning: leave the key out."
            )
        return [Group(host, reference, (host.atoms,))]
    full = sum(host.atoms.symbols == host.mobile) / host.formula_units
    groups = [
        Group(
            host,
            reference,
            tuple(decorations.lithium(host, content, limit=study.orderings, seed=study.seed)),
        )
        for content in study.lithium or [full]
    ]
    # 0.33 and 0.333 are the same number of ions
    return list({group.mobile_count: group for group in groups}.values())


def _check_elements(study: Study, crystal: crystals.Crystal) -> None:
    known = potentials.info(study.potential).elements
    unknown = [e for e in dict.fromkeys(crystal.atoms.symbols) if known and e not in known]
    if unknown:
        raise DelithError(
            f"{study.potential} knows nothing of {', '.join(unknown)}: choose another potential."
        )
