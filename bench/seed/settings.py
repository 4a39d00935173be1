"""Finds each peer's best settings: tries what its libraries can be told, keeps the fastest."""

import dataclasses

import process

_IMAGES, _SLOW_IMAGES = 10_000, 1_000  # of a trial's epochs
_GAIN = 0.97  # less than three percent is noise, and no reason for another line in the table


def best(installed, knobs, seed, say):
    """The fastest subject: beginning as installed, one group of settings after another."""
    shortest, chosen = _time(installed, seed, say), installed
    for alternatives in knobs:
        base = chosen
        for setting in alternatives:
            tried = dataclasses.replace(base, settings={**base.settings, **setting}, runs=[])
            taken = _time(tried, seed, say)
            if taken < shortest * _GAIN:
                shortest, chosen = taken, tried
    return chosen


def _time(subject, seed, say):
    """Seconds of a trial epoch; settings that a library refuses are never the fastest."""
    try:
        taken = subject.trial(_SLOW_IMAGES if subject.slow else _IMAGES, seed)
    except process.Failed as failure:
        say(f"  {subject.settings_title}: refused ({failure})")
        return float("inf")
    say(f"  {subject.settings_title}: {taken:.4f} s")
    return taken
