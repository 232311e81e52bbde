"""The cells of a study before anything is taken out of them, and the bulk that matches each."""

from __future__ import annotations

from dataclasses import replace

from delith import boundaries
from delith.boundaries import Boundary
from delith.crystals import MOBILE, Crystal, Plane
from delith.crystals.notation import format_excess, format_plane
from delith.errors import DelithError
from delith.facts import HostFacts
from delith.study import Study


def hosts(study: Study, crystal: Crystal) -> list[Boundary]:
    """Every boundary at every separation, each under a label of its own."""
    found = []
    for choice in study.boundaries:
        for separation in study.separations:
            built = choice.build_each(crystal, separation, study.repeat, study.seed)
            if len(study.separations) > 1:
                built = [replace(host, label=host.label + _apart(host)) for host in built]
            found += built
    labels = [h.label for h in found]
    if twice := {label for label in labels if labels.count(label) > 1}:
        raise DelithError(
            f"{', '.join(sorted(twice))} stands twice: give each boundary once, and separations "
            "that differ by a plane at least."
        )
    return found


def why_still(crystal: Crystal) -> str:
    """Say why nothing in a crystal is mobile by itself."""
    held = [element for element in MOBILE if element in crystal.atoms.symbols]
    if not held:
        return f"{crystal.name} has no mobile element: it holds none of {', '.join(MOBILE)}"
    return f"{crystal.name} has no mobile element: without {held[0]} no metal would stay in it"


def matched_bulk(hosts: list[Boundary]) -> dict[tuple[Plane, int], Boundary]:
    """Bulk cells by plane and number of layers, each with a label of its own."""
    found: dict[tuple[Plane, int], Boundary] = {}
    for host in hosts:
        # grains that climb by a fraction of a plane may hold a plane more or less than others
        others = [layers for plane, layers in found if plane == host.plane]
        if host.layers not in others:
            bulk = boundaries.bulk(host)
            suffix = _thick(host) if others else ""
            found[host.plane, host.layers] = replace(bulk, label=bulk.label + suffix)
    return found


def host_facts(host: Boundary, reference: Boundary) -> HostFacts:
    """Reduce a host to what the energies need."""
    basal = host.basal_normals
    framework = {e: n for e, n in host.excess.items() if e != host.mobile}
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
        excess=format_excess(framework),
        polar=host.polar,
        other=boundaries.disordered_bulk(host).label if host.kind == "interface" else "",
        boundary=host.label.removesuffix(_apart(host)).removesuffix(_thick(host)),
    )


def _apart(host: Boundary) -> str:
    return f", {host.separation:.1f} Å"


def _thick(host: Boundary) -> str:
    return f", {2 * host.layers} planes"
