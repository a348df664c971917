"""Makes a screenshot small enough to keep: `python -m tests.browser.shrink IN.png OUT.png`."""

from __future__ import annotations

import sys

from PIL import Image

source, target = sys.argv[1:]
Image.open(source).convert("RGB").quantize(128).save(target, optimize=True)
