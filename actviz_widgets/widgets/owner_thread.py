from .latest_wins import OwnerThread  # noqa
