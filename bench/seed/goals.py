"""The ratios Lithe has promised on this workload, and whether this run reached them."""

from common.goal import NOISE, Goal

# KANN (plain C with a BLAS) is the fastest peer found, 0.110 s an epoch in float32 where a core
# peaks at 177 GFLOP/s. It is not run here: its time is scaled by this machine's peak.
_KANN_SECONDS, _KANN_PEAK = 0.110, 177e9


def fastest(results, peer, precision, threads=1):
    """The result of a peer at its best settings, or None."""
    fitting = [r for r in results if (r["peer"], r["precision"], r["threads"]) == (
        peer, precision, threads)]
    return min(fitting, key=lambda r: r["median"], default=None)


def limit_seconds(lithe):
    """What an epoch's operations take at the measured peak of one core."""
    return lithe["operations_per_epoch"] / lithe["peak_flops"]


def kann_seconds(lithe):
    return _KANN_SECONDS * _KANN_PEAK / lithe["peak_flops"]


def goals(results):
    listed = [_limit(results, "float32", 1.3), _limit(results, "float64", 1.5),
              _peer(results, "NumPy, one image at a time", "numpy_image", "float64", 40, 80)]
    for title, peer, must, worth in (("NumPy, a batch at a time", "numpy_batch", 7, 11),
                                     ("PyTorch eager", "torch_eager", 18, 30),
                                     ("JAX jit + scan", "jax_scan", 3, 8)):
        listed += [_peer(results, title, peer, p, must, worth) for p in ("float32", "float64")]
    return listed + [_kann(results), _threads(results, "float32"), _threads(results, "float64")]


def _limit(results, precision, must):
    text = f"{precision} epoch / operations at the measured peak"
    lithe = fastest(results, "lithe", precision)
    if not lithe:
        return Goal(text, must, 1.0, smaller_is_better=True, note="Lithe did not run")
    limit = limit_seconds(lithe)
    return Goal(text, must, 1.0, lithe["median"] / limit, smaller_is_better=True,
                note=f"limit {limit * 1e3:.1f} ms at {lithe['peak_flops'] / 1e9:.0f} GFLOP/s")


def _peer(results, title, peer, precision, must, worth):
    text = f"faster than {title}, {precision}"
    lithe, other = fastest(results, "lithe", precision), fastest(results, peer, precision)
    if not lithe or not other:
        return Goal(text, must, worth, note="the peer is missing" if lithe else "Lithe did not run")
    return Goal(text, must, worth, other["median"] / lithe["median"], note=other["settings"])


def _kann(results):
    text = "faster than KANN, float32"
    lithe = fastest(results, "lithe", "float32")
    if not lithe:
        return Goal(text, 2.5, 4, note="Lithe did not run")
    scaled = kann_seconds(lithe)
    return Goal(text, 2.5, 4, scaled / lithe["median"],
                note=f"not measured here: {_KANN_SECONDS:.3f} s x {_KANN_PEAK / 1e9:.0f} GFLOP/s"
                     f" / this peak = {scaled:.3f} s")


def _threads(results, precision):
    text = f"two threads against one, {precision}"
    one, two = (fastest(results, "lithe", precision, threads) for threads in (1, 2))
    if not one or not two:
        return Goal(text, NOISE, 1.5, note="one core, or Lithe did not run")
    return Goal(text, NOISE, 1.5, one["median"] / two["median"],
                note="never slower; 3% is the noise between two runs")
