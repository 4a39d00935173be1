"""One line of the table: how Lithe and its peers are run on a workload."""

import dataclasses
import pathlib

from common import process, timing
from workloads import IMAGES, Workload

_RUNNER = pathlib.Path(__file__).with_name("peer.py")
_TRIAL_IMAGES, _TRIAL_SECONDS = 6_400, 0.3


@dataclasses.dataclass(kw_only=True)
class Subject(timing.Subject):
    workload: Workload

    def trial(self):
        return self.fastest(self.answer(2, _TRIAL_SECONDS, _TRIAL_IMAGES))

    def answer(self, epochs, seconds, images=IMAGES):
        command = [self.program] if "python" not in pathlib.Path(self.program).name else [
            self.program, str(_RUNNER), self.name]
        return process.run_json(
            [*command, *self.workload.arguments(), *self.arguments, "--epochs", str(epochs),
             "--seconds", str(seconds), "--images", str(images), "--threads", str(self.threads)],
            self.settings, self.threads)
