from .choosers import StatusLine  # noqa
