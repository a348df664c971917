"""How fast the explorer is, against what its users would write and against what limits it."""
