"""The data of the runs. Whole numbers alone make them, so they are the same everywhere."""

import struct
import zlib

SIDE = 16  # of an image, in pixels
CLASSES = 10
COLOURS = ["red", "green", "blue"]
WORDS = ["the", "sea", "whale", "ship", "white", "and", "old", "captain", "saw", "no"]


class Numbers:
    """Random numbers by a linear congruence (Knuth's and Lewis's constants)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state >> 8) * limit >> 24


def draw(numbers, label, height, width, channels):
    """A line that lies or stands where its class says, and dots. The border stays 0, as in writing."""
    pixels = bytearray(height * width * channels)

    def dot(row, column, level):
        pixels[(row * width + column) * channels + numbers.below(channels)] = level

    across = height if label < CLASSES // 2 else width
    at = 2 + (across - 4) * (label % (CLASSES // 2)) // (CLASSES // 2) + numbers.below(2)
    for step in range(2, (width if label < CLASSES // 2 else height) - 2):
        row, column = (at, step) if label < CLASSES // 2 else (step, at)
        for _ in range(channels):
            dot(row, column, 100 + numbers.below(156))
    for _ in range(height):
        dot(2 + numbers.below(height - 4), 2 + numbers.below(width - 4), numbers.below(256))
    return bytes(pixels)


def write_idx(path, shape, values):
    header = struct.pack(">BBBB", 0, 0, 8, len(shape)) + struct.pack(f">{len(shape)}I", *shape)
    path.write_bytes(header + values)


def write_images(folder, channels, seed):
    """In the form of MNIST's files, with channels behind where there are several."""
    folder.mkdir()
    numbers = Numbers(seed)
    for part, count in (("train", 240), ("t10k", 60)):
        labels = bytes(numbers.below(CLASSES) for _ in range(count))
        images = b"".join(draw(numbers, label, SIDE, SIDE, channels) for label in labels)
        shape = [count, SIDE, SIDE] + ([channels] if channels > 1 else [])
        write_idx(folder / f"{part}-images-idx{len(shape)}-ubyte", shape, images)
        write_idx(folder / f"{part}-labels-idx1-ubyte", [count], labels)


def write_png(path, pixels, height, width, channels):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = width * channels
    rows = b"".join(b"\0" + pixels[y * row:(y + 1) * row] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_pictures(folder):
    """A folder a class, PNG of several sizes, some grey."""
    numbers = Numbers(3)
    for label in range(3):
        (folder / str(label)).mkdir(parents=True)
        for i in range(20):
            height, width, channels = 16 + numbers.below(16), 16 + numbers.below(16), 1 + i % 2 * 2
            write_png(folder / str(label) / f"{i:02}.png",
                      draw(numbers, 3 * label, height, width, channels), height, width, channels)


def hundredths(value):
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"


def write_prices(path):
    """A table to learn a number from."""
    numbers = Numbers(4)
    lines = ["length,width,colour,price"]
    for _ in range(200):
        length, width, colour = numbers.below(1000), 200 + numbers.below(3000), numbers.below(3)
        price = 3 * length - width + 500 * colour + length * width // 1000 + numbers.below(200)
        lines.append(f"{hundredths(length)},{width},{COLOURS[colour]},{hundredths(price)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_sorts(path):
    """A table to learn a class from: with gaps, numbers that are categories, and a row's weight."""
    numbers = Numbers(5)
    lines = ["row,size,place,colour,counts,sort"]
    for row in range(200):
        size, place, colour = numbers.below(1000), numbers.below(4), numbers.below(3)
        sort = "small" if size + 100 * place < 450 else "large" if colour < 2 else "other"
        shown = "" if row % 13 == 4 else hundredths(size)
        lines.append(f"{row},{shown},{place},{COLOURS[colour]},{1 + numbers.below(3)},{sort}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_sparse(path):
    """The LIBSVM format."""
    numbers = Numbers(6)
    lines = []
    for _ in range(150):
        label = numbers.below(3)
        values = {1 + 3 * numbers.below(4) + label: 1 + numbers.below(9) for _ in range(3)}
        lines.append(" ".join([str(label), *(f"{i}:{values[i]}" for i in sorted(values))]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_sequences(path):
    """Sequences of unequal length, three channels each."""
    numbers = Numbers(7)
    lines = ["@classLabel true up down flat", "@data"]
    for _ in range(150):
        sort, length = numbers.below(3), 3 + numbers.below(14)
        step = [8, -8, 0][sort]
        channels = [[step * c * at + numbers.below(100) for at in range(length)] for c in (1, 2, 3)]
        lines.append(":".join([*(",".join(map(hundredths, c)) for c in channels), ["up", "down", "flat"][sort]]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_text(path):
    """Sentences of few words."""
    numbers = Numbers(8)
    sentences = []
    for _ in range(80):
        words = [WORDS[numbers.below(len(WORDS))] for _ in range(3 + numbers.below(6))]
        sentences.append(" ".join(words) + [".", "!", ";"][numbers.below(3)])
    path.write_text("\n".join(sentences) + "\n", encoding="utf-8")


def write_all(folder):
    write_images(folder / "images", 1, seed=1)
    write_images(folder / "coloured", 3, seed=2)
    write_pictures(folder / "pictures")
    write_prices(folder / "prices.csv")
    write_sorts(folder / "sorts.csv")
    write_sparse(folder / "sparse.libsvm")
    write_sequences(folder / "sequences.ts")
    write_text(folder / "text.txt")
