"""Images of boundary cells as a scanning transmission electron microscope takes them.

A cell is cut to a block, the block is scanned, the image is counted with a dose and measured as a
microscopist does: columns, strain, the angle between basal planes.
"""

from delith.imaging.angle import basal_angle
from delith.imaging.block import Block, cut
from delith.imaging.columns import columns, contrast, measure
from delith.imaging.image import Image, load, mean, save
from delith.imaging.microscope import Microscope
from delith.imaging.noise import check_dose, expose
from delith.imaging.reflections import reflection
from delith.imaging.scan import scan
from delith.imaging.source import check_output, find, write
from delith.imaging.strain import Strain, strain

__all__ = [
    "Block",
    "Image",
    "Microscope",
    "Strain",
    "basal_angle",
    "check_dose",
    "check_output",
    "columns",
    "contrast",
    "cut",
    "expose",
    "find",
    "load",
    "mean",
    "measure",
    "reflection",
    "save",
    "scan",
    "strain",
    "write",
]
