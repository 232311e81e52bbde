"""Boundary energetics under delithiation.

Build coherent twins and antiphase boundaries in battery cathodes, take out lithium, relax with a
machine-learned potential and compare the boundary energy with the lithium content.
"""

from importlib.metadata import version

from delith import (
    boundaries,
    crystals,
    decorations,
    domains,
    energetics,
    figures,
    imaging,
    potentials,
    scenes,
)
from delith.bands import path
from delith.errors import DelithError, DelithWarning
from delith.paths import Path
from delith.relaxation import Relaxation, relax
from delith.reproducing import Reproduction, reproduce
from delith.running import run, status

__version__ = version("delith")

__all__ = [
    "DelithError",
    "DelithWarning",
    "Path",
    "Relaxation",
    "Reproduction",
    "boundaries",
    "crystals",
    "decorations",
    "domains",
    "energetics",
    "figures",
    "imaging",
    "path",
    "potentials",
    "relax",
    "reproduce",
    "run",
    "scenes",
    "status",
]
