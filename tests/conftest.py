from __future__ import annotations

import os

# TensorFlow reads this when it is imported, which is later than here.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
