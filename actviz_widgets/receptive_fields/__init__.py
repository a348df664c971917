"""Which pixels a position of a layer's map sees."""
