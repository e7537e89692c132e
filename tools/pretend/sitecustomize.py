"""Python runs this at its start where this folder is in PYTHONPATH: the device, where COURSE_DEVICE asks for it."""

import os

if os.environ.get("COURSE_DEVICE", "").startswith("pretend"):
    import pretend_device

    from course_lib import precision, seed
    from course_lib.checks import child, core

    seed.DEVICES = (*seed.DEVICES, pretend_device.NAME)
    seed.available_devices = lambda: ["cpu", pretend_device.NAME]
    precision.NO_FLOAT64 = (*precision.NO_FLOAT64, "pretend_mps")
    child.can_copy = core.can_copy = lambda: False  # as with CUDA, whose context does not survive the copy of a process
