"""Makes a screenshot small enough to keep: `python -m tests.browser.shrink IN.png OUT.png`."""

from __future__ import annotations

import sys

from PIL import Image

source, target = sys.argv[1:]
# Other methods leave out the rare colours, and so the bright end of the colour bar.
colors = Image.open(source).convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE)
colors.save(target, optimize=True)
