"""What the command line shows."""

from delith.terminal.cells import show_boundary, show_catalogue, show_scene, show_variants
from delith.terminal.energies import show_decorations, show_energies, show_formation, show_results
from delith.terminal.estimates import show_estimate, show_schedule
from delith.terminal.images import show_image
from delith.terminal.potentials import show_anchors, show_checked, show_potentials
from delith.terminal.reproductions import show_reproduction
from delith.terminal.standing import show_standing, show_status, show_stored
from delith.terminal.training import show_learnt, show_trained

__all__ = [
    "show_anchors",
    "show_boundary",
    "show_catalogue",
    "show_checked",
    "show_decorations",
    "show_energies",
    "show_estimate",
    "show_formation",
    "show_image",
    "show_learnt",
    "show_potentials",
    "show_reproduction",
    "show_results",
    "show_scene",
    "show_schedule",
    "show_standing",
    "show_status",
    "show_stored",
    "show_trained",
    "show_variants",
]
