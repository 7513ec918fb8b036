"""The other ends of the wires, one file per counterpart."""
