"""Reference crystals as CIF, each with its literature source."""
