"""Small models, one of each kind, with what their layers put out computed by hand."""
