"""Figures in one house style: plain data in, the axes out. Importing this module sets the style."""

from pathlib import Path

import matplotlib.pyplot as plt
from IPython import get_ipython
from matplotlib_inline.backend_inline import set_matplotlib_formats

from course_lib.plots.compare import intervals
from course_lib.plots.diagrams import diagram
from course_lib.plots.lines import curves
from course_lib.plots.pictures import images
from course_lib.plots.planes import contours, path

__all__ = ["contours", "curves", "diagram", "images", "intervals", "path"]

STYLE = Path(__file__).parent / "course.mplstyle"
plt.style.use(STYLE)
if get_ipython() is not None:
    set_matplotlib_formats("svg", metadata={"Date": None})  # sharp at any size, and the same bytes each time
