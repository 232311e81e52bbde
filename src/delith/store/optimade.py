"""Records as structures of OPTIMADE, in JSON lines that its servers take in.

https://www.optimade.org, version 1.2. What OPTIMADE has no word for bears the prefix ``_delith_``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pymatgen.core import Structure
from pymatgen.io.optimade import OptimadeStructureAdapter

from delith.records import Record

VERSION = "1.2.0"

#: Fields of ours: what each is, its type in OPTIMADE and its unit.
FIELDS = {
    "energy": ("Energy of the cell by the potential", "float", "eV"),
    "forces": ("Forces on the sites by the potential", "list", "eV/angstrom"),
    "stress": ("Stress on the cell: xx, yy, zz, yz, xz, xy", "list", "eV/angstrom^3"),
    "magnetic_moments": ("Magnetic moments of the sites", "list", "mu_B"),
    "potential": ("Potential or level of theory that relaxed the structure", "string", None),
    "weights": ("SHA-256 of the weights of the potential", "string", None),
    "host": ("Cell that hosts the ordering: a boundary, or bulk", "string", None),
    "kind": ("What the host is: twin, antiphase, bulk and others", "string", None),
    "plane": ("Plane of the boundary", "string", None),
    "boundaries": ("Boundaries in the cell", "integer", None),
    "state": ("Dopants, and metals that were exchanged", "string", None),
    "role": ("What the calculation was for", "string", None),
    "lithium_content": ("Mobile ions in a formula unit", "float", None),
    "ordering": ("Number of the ordering in its host, state and content", "integer", None),
    "converged": ("Whether the relaxation converged", "boolean", None),
    "problem": ("Why the structure should not enter an energy; null where it may", "string", None),
}  # fmt: skip


def entry(record: Record) -> dict[str, Any]:
    """The structure of a record as an entry of OPTIMADE."""
    atoms = record.atoms
    made = Structure(atoms.cell[:], atoms.symbols, atoms.positions, coords_are_cartesian=True)
    attributes: dict[str, Any] = OptimadeStructureAdapter.get_optimade_structure(made)["attributes"]
    attributes["species"] = sorted(attributes["species"], key=lambda species: species["name"])
    # exact, not by way of fractions of the cell
    attributes["cartesian_site_positions"] = atoms.positions.tolist()
    attributes["immutable_id"] = record.key
    host = record.host
    ours = {
        "energy": record.energy,
        "forces": _listed(record.forces),
        "stress": _listed(record.stress),
        "magnetic_moments": _listed(record.magmoms),
        "potential": record.potential,
        "weights": record.weights,
        "host": host.label,
        "kind": host.kind,
        "plane": host.plane,
        "boundaries": host.count,
        "state": record.state.label,
        "role": record.role,
        "lithium_content": record.content,
        "ordering": record.ordering,
        "converged": bool(record.converged),
        "problem": record.problem or None,
    }
    attributes |= {f"_delith_{name}": ours[name] for name in FIELDS}
    return {"id": record.key, "type": "structures", "attributes": attributes}


def information() -> dict[str, Any]:
    """What the fields of ours mean, as the information of OPTIMADE on structures."""
    properties = {
        f"_delith_{name}": {"description": text, "type": kind, "unit": unit}
        for name, (text, kind, unit) in FIELDS.items()
    }
    return {
        "type": "info",
        "id": "structures",
        "description": "Cells with and without boundaries, relaxed by Delith.",
        "properties": {
            name: {key: value for key, value in field.items() if value is not None}
            for name, field in properties.items()
        },
        "formats": ["json"],
        "output_fields_by_format": {"json": list(properties)},
    }


def write(records: Iterable[Record], path: Path) -> int:
    """Write records with an energy, one a line behind two that say what follows.

    Returns
    -------
    int
        How many.
    """
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in ({"x-optimade": {"meta": {"api_version": VERSION}}}, information()):
            file.write(json.dumps(line) + "\n")
        for count, record in enumerate(records, 1):  # noqa: B007
            file.write(json.dumps(entry(record), allow_nan=False) + "\n")
    return count


def _listed(values: Any) -> list[Any] | None:
    return None if values is None else values.tolist()
