"""Whether a peer did the same work as Lithe: told from what it reports beside its seconds.

After one epoch from the same initial values, on the same examples in another order, the loss on
the test examples is the same but for the order; a call and a convolution have the same result but
for rounding.
"""

_TOLERANCE = 1e-5  # of sums in float32 by different ways
_RIGHT = 0.05  # of the test examples


def fault(workload, check, reference):
    """What is wrong with it in words, or None. `reference` is Lithe's check, or None without it."""
    try:
        if workload.kind == "train":
            return _fault_of_training(workload, check, reference)
        return _fault_of_result(check["fingerprint"], reference and reference["fingerprint"])
    except (KeyError, TypeError) as error:
        return f"cannot be checked: its answer lacks {error}"


def words(workload, check):
    """What came out, for the table."""
    if workload.kind != "train":
        return f"the same result ({check['fingerprint']:.6g})"
    return f"{check['correct'] / check['tested']:.1%}, loss {check['loss']:.4f}"


def _fault_of_training(workload, check, reference):
    if check["parameters"] != workload.parameters():
        return f"another network: {check['parameters']:,} values, not {workload.parameters():,}"
    right = check["correct"] / check["tested"]
    if not right >= workload.learned:  # also where it is not a number
        return f"did not learn: {right:.1%} of the test examples after an epoch"
    if reference is None:
        return None
    if not abs(check["loss"] - reference["loss"]) <= workload.tolerance * reference["loss"]:
        return f"another loss after an epoch: {check['loss']:.4g}, Lithe's {reference['loss']:.4g}"
    theirs = reference["correct"] / reference["tested"]
    if abs(right - theirs) > _RIGHT:
        return f"another accuracy after an epoch: {right:.1%}, Lithe's {theirs:.1%}"
    return None


def _fault_of_result(theirs, own):
    if not abs(theirs) < float("inf"):
        return "its result is not finite"
    if own is None or abs(theirs - own) <= _TOLERANCE * abs(own):
        return None
    return f"another result: {theirs:.6g}, Lithe's {own:.6g}"
