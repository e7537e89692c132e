"""Measures of success: functions of (logits, targets), and one mean over examples.

What divides counts is float64, on the device of its input (float32 on Apple's mps, which has no float64); `accuracy`
is float32. A measure that would divide 0 by 0 is nan: the recall of a class without an example is not known.
"""

from course_lib.metrics.calibration import calibration_curve, expected_calibration_error
from course_lib.metrics.counts import accuracy, confusion_matrix, f1, per_class_accuracy, precision, recall
from course_lib.metrics.curves import average_precision, precision_recall_curve, roc_auc, roc_curve
from course_lib.metrics.mean import Mean
from course_lib.metrics.regression import mean_absolute_error, root_mean_squared_error

__all__ = [
    "Mean",
    "accuracy",
    "average_precision",
    "calibration_curve",
    "confusion_matrix",
    "expected_calibration_error",
    "f1",
    "mean_absolute_error",
    "per_class_accuracy",
    "precision",
    "precision_recall_curve",
    "recall",
    "roc_auc",
    "roc_curve",
    "root_mean_squared_error",
]
