"""Layer outputs as maps, with their colour scales and statistics; of arrays alone."""
