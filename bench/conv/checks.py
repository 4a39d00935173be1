"""Whether a peer did the same work as Lithe: told from what it reports beside its seconds."""

from workloads import PARAMETERS, TEST_IMAGES

LEARNED = 0.95  # of the test images, after one epoch; a network that learned nothing reads 0.1
_TOLERANCE = 1e-4  # of sums in float32 by different ways


def outcome(result, results):
    """In words, for the table."""
    check, faults = result["check"], []
    words = []
    if "correct" in check:
        right = [correct / TEST_IMAGES for correct in check["correct"]]
        words = [f"{right[0]:.2%} right, loss {check['loss'][0]:.3f} after an epoch",
                 f"{right[-1]:.2%}, {check['loss'][-1]:.3f} after {len(right)}"]
        faults += ["DID NOT LEARN"] if right[-1] < LEARNED else []
    if "parameters" in check and check["parameters"] != PARAMETERS:
        faults.append(f"ANOTHER NETWORK: {check['parameters']:,} parameters")
    if "finite" in check:
        words.append("finite outputs" if check["finite"] else "OUTPUTS NOT FINITE")
    if "fingerprint" in check:
        fault = _fingerprint_fault(result, results)
        words += [] if fault else ["the same result"]
        faults += [fault] if fault else []
    return "; ".join(words + faults)


def _fingerprint_fault(result, results):
    own = next((r for r in results if r["peer"] == "lithe" and r["workload"] == result["workload"]),
               result)["check"]["fingerprint"]
    theirs = result["check"]["fingerprint"]
    return None if abs(theirs - own) <= _TOLERANCE * abs(own) else (
        f"ANOTHER RESULT: {theirs:.6g}, Lithe's {own:.6g}")
