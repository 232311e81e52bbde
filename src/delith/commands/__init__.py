"""The commands of ``delith``, a file for each kind of them; `delith.cli` puts them together."""
