"""What a study does to a host besides taking lithium out: nothing, dopants, exchanged metals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from delith import decorations
from delith.boundaries import Boundary
from delith.decorations import Decorated, Host
from delith.decorations.contents import capacity
from delith.decorations.voids import OCTAHEDRAL
from delith.errors import DelithError
from delith.facts import State
from delith.study import Study


def states(study: Study, host: Boundary) -> dict[State, list[Host]]:
    """List the states of a host that a study asks for, each with its arrangements.

    Parameters
    ----------
    study : Study
    host : Boundary
        A boundary cell, or bulk: there dopants have no shell, and exchange is the control.

    Returns
    -------
    dict
        The host as it is first. Of symmetry-distinct arrangements no more than the study's
        orderings, lowest electrostatic energy first.

    Raises
    ------
    DelithError
        If the host has no such sites, or none of the study's contents leaves room for the
        exchanged ions.
    """
    found: dict[State, list[Host]] = {State(): [host]}
    for number in study.exchange.number if study.exchange else []:
        if not number:
            continue
        for shell in study.exchange.shells if study.exchange and host.count else [0]:
            moved = _exchanged(study, host, number, shell)
            change = moved[0].changes[-1]
            into = "" if change.onto == OCTAHEDRAL else change.onto
            state = State(exchanged=number, metal=change.element, into=into, **_place(moved))
            _add(found, state, moved)
    if choice := study.dopants:
        for element in dict.fromkeys(choice.elements):
            for shell in choice.shells if host.count else [0]:
                made = decorations.dopants(
                    host,
                    element,
                    choice.site,
                    number=choice.number,
                    shell=shell,
                    limit=study.orderings,
                    seed=study.seed,
                )
                name = f"{element} on {choice.site}"
                state = State(dopant=name, dopants=choice.number, **_place(made))
                _add(found, state, _fair(made, study.orderings))
    return found


def _place(made: list[Decorated]) -> dict[str, Any]:
    """Layer and distance: of unlike boundaries that which has more layers, the nearer of those."""
    places = [(c.shell, c.distance) for c in (one.changes[-1] for one in made)]
    shell = max((s for s, _ in places if s is not None), default=None)
    distances = [d for s, d in places if s == shell and d is not None]
    return {"shell": shell, "distance": min(distances, default=None)}


def _add(found: dict[State, list[Host]], state: State, made: Sequence[Host]) -> None:
    """Add a state, once: the last layer of a boundary may be one that was asked for by number."""
    if state.label not in {known.label for known in found}:
        found[state] = list(made)


def _fair(made: list[Decorated], number: int) -> list[Decorated]:
    """Keep no more than bulk has; of unlike boundaries, the lowest of each before the next."""
    place: Counter[int | None] = Counter()
    ranks = []
    for one in made:
        ranks.append(place[one.boundary])
        place[one.boundary] += 1
    kept = sorted(range(len(made)), key=ranks.__getitem__)[:number]
    return [made[k] for k in sorted(kept)]


def _exchanged(study: Study, host: Boundary, number: int, shell: int) -> list[Decorated]:
    assert study.exchange is not None
    lowest = min(study.lithium) if study.lithium else None
    made = decorations.exchange(
        host,
        number,
        element=study.exchange.element,
        into=study.exchange.into,
        shell=shell,
        content=lowest,
        limit=study.orderings,
    )
    room = capacity(made[0])
    if study.lithium is None or min(study.lithium) > room + 1e-6:
        raise DelithError(
            f"{number} exchanged ions take the place of {host.mobile} in {host.label}, which then "
            f"holds at most {room:.3g} a formula unit: add lower contents under lithium."
        )
    return made
