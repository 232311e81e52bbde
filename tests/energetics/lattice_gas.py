"""A lattice gas whose energy is known: layers of lithium on a tetragonal lattice, 12 Å² a site."""

from itertools import product

import numpy as np
from ase import Atoms
from scipy.spatial.distance import cdist

from delith.facts import HostFacts
from delith.records import Record

SIDE, HEIGHT = np.sqrt(12.0), 4.0
SITE, BOUNDARY_SITE, PAIR = -4.0, -4.2, 0.05


def host(label="twin", cells=2, layers=4, equivalent=True):
    """A framework atom above every lithium site; the boundary planes have another element."""
    count = 0 if label == "bulk" else 2
    atoms = Atoms(cell=[cells * SIDE, SIDE, layers * HEIGHT], pbc=True)
    for i, k in product(range(cells), range(layers)):
        at_boundary = count and k in (0, layers // 2)
        other = "Ni" if equivalent or k == 0 else "Fe"
        metal = other if at_boundary else "Co"
        atoms += Atoms(["Li", metal], [(i * SIDE, 0, k * HEIGHT), (i * SIDE, 0, k * HEIGHT + 1.5)])
    facts = HostFacts(
        label=label,
        kind="bulk" if label == "bulk" else "twin",
        plane="(001)",
        formula_units=cells * layers,
        count=count,
        equivalent=equivalent,
        separation=layers * HEIGHT / 2,
        reference="bulk",
        basal=None,
        built_cell=tuple(map(tuple, atoms.cell.tolist())),
    )
    return facts, atoms


def energy(atoms, at_boundary=BOUNDARY_SITE, pair=PAIR):
    """−10 eV a framework atom, sites as given, and pairs along the first axis."""
    lithium = atoms.positions[atoms.symbols == "Li"]
    special = atoms.positions[np.isin(atoms.symbols, ["Ni", "Fe"])] - (0, 0, 1.5)
    near = np.isclose(cdist(lithium, special), 0).any(axis=1) if len(special) else np.zeros(0)
    sites = near.sum() * at_boundary + (len(lithium) - near.sum()) * SITE
    neighbours = sum(
        np.isclose(cdist(lithium, lithium + shift), 0).sum()
        for n in (-1, 0, 1)
        for shift in [(SIDE + n * atoms.cell[0, 0], 0, 0)]
    )
    return -10.0 * (~(atoms.symbols == "Li")).sum() + sites + pair * neighbours


def fillings(facts, full, number=None, seed=0, noise=0.0, **energies):
    """Records of all fillings, or of some drawn at random beside the empty and the full cell."""
    lithium = np.flatnonzero(full.symbols == "Li")
    rows = np.array(list(product([False, True], repeat=len(lithium))))
    rng = np.random.default_rng(seed)
    if number:
        inner = rng.choice(np.arange(1, len(rows) - 1), number - 2, replace=False)
        rows = rows[[0, *inner, -1]]
    return [record(facts, full, row, rng.normal(scale=noise or 1e-12), **energies) for row in rows]


def record(facts, full, filled, error=0.0, problem="", **energies):
    lithium = np.flatnonzero(full.symbols == "Li")
    atoms = full[np.delete(np.arange(len(full)), lithium[~np.asarray(filled)])]
    return Record(
        key=f"{facts.label} {''.join(str(int(f)) for f in filled)}",
        host=facts,
        potential="toy",
        weights="",
        mobile="Li",
        mobile_count=int(np.sum(filled)),
        ordering=0,
        energy=energy(atoms, **energies) + error,
        atoms=atoms,
        start=atoms,
        converged=not problem,
        problem=problem,
        steps=1,
    )
