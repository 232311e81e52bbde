"""What a report says of each table of a results folder."""

from __future__ import annotations

import pandas as pd

#: Heading and explanation, by the name of the table; see `delith.results.OUTPUTS`.
OF_TABLES = {
    "boundary_energy": (
        "Boundary energy against lithium content",
        "γ of the lowest ordering found, against the hull of the bulk orderings. Bands reach up to "
        "the highest ordering; they are a range of samples, not an error.",
    ),
    "decorations": (
        "Dopants and exchanged metals",
        "What the boundary adds to the energy of the same change in bulk. Negative: it draws them.",
    ),
    "hull": (
        "Bulk orderings",
        "Formation energies in the matched bulk cells, to which every γ refers.",
    ),
    "voltage": ("Voltage", "Against lithium metal by the same potential."),
    "open_boundary_energy": (
        "Boundaries in exchange with lithium metal",
        "γ against voltage, with the lithium that the boundary takes up beyond bulk.",
    ),
    "formation": (
        "Where boundaries would form by themselves",
        "γ below zero; nowhere is the usual answer.",
    ),
    "phases": ("Lowest boundary at each voltage", ""),
    "profile": (
        "Layer by layer along the normal",
        "Filled lithium sites, spacing and strain, moments and oxidation states.",
    ),
    "symmetry": ("Symmetry", "Space group of each cell, layer group of each boundary."),
    "basal_angle": (
        "Angle between the basal planes",
        "Of relaxed twins; what a micrograph along the common axis shows.",
    ),
    "separation": (
        "Distance between boundaries",
        "How γ converges as the boundaries of a cell move apart.",
    ),
    "orderings": (
        "Number of orderings",
        "The γ that fewer orderings, drawn at random, would have given: flat where it has settled.",
    ),
    "isotherms": ("Lithium at finite temperature: γ", "From lattice models fitted to the study."),
    "occupation": ("Lithium at finite temperature: where it is", ""),
    "lattice_models": ("How good the lattice models are", ""),
    "free_energy": ("Vibrations", "γ at finite temperature, from phonons of boundary and bulk."),
    "barriers": ("Barriers of hops", "Climbing-image elastic bands, in bulk and at boundaries."),
    "paths": ("Energies along the hops", ""),
}


def shown(heading: str, rows: pd.DataFrame) -> str:
    """Say what a figure shows to those who do not see it: of which cells, at which contents.

    Parameters
    ----------
    heading : str
        Of the table.
    rows : pandas.DataFrame
        Those that the figure is drawn from.

    Returns
    -------
    str
        Such as ``Voltage: twin (104), bulk (104)``.
    """
    names = [name for key in ("boundary", "host") if key in rows for name in rows[key].unique()]
    told = [", ".join(map(str, names))]
    if "lithium_content" in rows:
        ends = dict.fromkeys(f"{x:.3g}" for x in rows["lithium_content"].agg(["max", "min"]))
        told.append(f"x = {' to '.join(ends)}")
    return ": ".join(filter(None, [heading, ", ".join(filter(None, told))]))
