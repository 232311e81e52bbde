"""Records of built cells, as if they had been relaxed."""

import numpy as np

from delith import boundaries, potentials
from delith.records import Record
from delith.study.planning import host_facts


def as_record(host, atoms=None, start=None, magmoms=None, problem=""):
    """A record of a host, relaxed to `atoms` from `start`; both are the built cell by default."""
    start = host.atoms if start is None else start
    return Record(
        key=f"{host.label} {start.symbols}",
        host=host_facts(host, boundaries.bulk(host)),
        potential="",
        weights="",
        mobile=host.mobile,
        mobile_count=sum(s == host.mobile for s in start.symbols),
        ordering=0,
        energy=0.0,
        atoms=start if atoms is None else atoms,
        start=start,
        converged=True,
        problem=problem,
        steps=0,
        magmoms=None if magmoms is None else np.asarray(magmoms),
    )


def without(atoms, element="Li"):
    return atoms[[symbol != element for symbol in atoms.symbols]]


def moments(atoms, potential):
    calculator = potentials.load(potential)
    calculator.calculate(atoms)
    return calculator.results["magmoms"]
