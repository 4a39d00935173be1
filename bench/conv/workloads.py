"""The workloads, said once: LeNet-5 on MNIST, and a convolution alone. Everything is float32."""

import dataclasses

from common.promises import PROMISED_PEAK, Bounds

IMAGES, TEST_IMAGES = 60_000, 10_000
# LeNet-5 as recipes/lenet5.toml has it: windows inside the image, the largest of 2x2 pixels.
LENET5 = ("input(28x28) -> conv2d(6, 5x5, relu) -> max_pool -> conv2d(16, 5x5, relu) -> max_pool "
          "-> flatten -> dense(120, relu) -> dense(84, relu) -> dense(10)")
PARAMETERS = 44_426
RATE = 1e-3  # of Adam, which is PyTorch's at its defaults

_FIRST = 2 * 24 * 24 * 6 * 25  # operations of the first layer for an image
_CALL = _FIRST + 2 * (8 * 8 * 16 * 150 + 256 * 120 + 120 * 84 + 84 * 10)

# The convolution alone: places in an image's side, its channels before and after, its window.
SIDE, CHANNELS, WINDOW = 32, 64, 3


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    kind: str  # train: an epoch; call: an image; convolution: a batch
    bounds: Bounds
    batch: int = 1
    part: str = "forward"  # of a convolution; or weights, input: the gradient of these
    threads: tuple = (1,)

    def operations(self):
        """Multiply-adds times two. Of a convolution, those with pixels that there are."""
        if self.kind == "train":  # forward and both gradients, but of the input for the first
            return IMAGES * (3 * _CALL - _FIRST)
        return _CALL if self.kind == "call" else _convolution(self.batch)

    def sentence(self):
        """The network as Lithe reads it."""
        if self.kind == "convolution":
            return (f"input({SIDE}x{SIDE}x{CHANNELS}) -> "
                    f"conv2d({CHANNELS}, {WINDOW}x{WINDOW}, padding=same)")
        return LENET5

    def arguments(self):
        """The same for the programs that do the work."""
        return ["--kind", self.kind, "--part", self.part, "--batch", str(self.batch)]


def _convolution(batch):
    meetings = SIDE * WINDOW - 2  # of a window's row with the image's rows: none at two places
    return 2 * batch * meetings**2 * CHANNELS**2


def _share_of_peak(must, worth):
    seconds = _convolution(16) / PROMISED_PEAK
    return Bounds(seconds / must, seconds / worth)


_CONVOLUTION = "3x3 convolution of 32x32x64 to 64 channels, batch 16"
WORKLOADS = (
    Workload("lenet-128", "LeNet-5, Adam, batch 128, an epoch of 60,000", "train",
             Bounds(1.3, 0.8, 4.0, threads_must=1.6, threads_worth=1.9), batch=128,
             threads=(1, 2)),
    Workload("lenet-32", "LeNet-5, Adam, batch 32, an epoch of 60,000", "train",
             Bounds(1.4, 0.85, 4.9), batch=32),
    Workload("lenet-call", "LeNet-5, one image a call", "call", Bounds(12e-6, 6e-6, 27e-6)),
    *(Workload(f"conv-{part}", f"{_CONVOLUTION}: {words}", "convolution",
               _share_of_peak(0.75, 0.85), batch=16, part=part)
      for part, words in (("forward", "forward"), ("weights", "gradient of the weights"),
                          ("input", "gradient of the input"))),
)
