"""JPEG files made to order: blocks of 8 x 8 pixels of one colour each, as a camera would turn them."""

import struct


class Bits:
    """Bits behind one another, as the compressed data of a JPEG file."""

    def __init__(self):
        self.bits = ""

    def add(self, value, count):
        self.bits += format(value, f"0{count}b") if count else ""

    def to_bytes(self):
        bits = self.bits + "1" * (-len(self.bits) % 8)
        data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        return data.replace(b"\xff", b"\xff\0")


def segment(kind, data):
    return struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data


def exif(orientation):
    """The tag for it, in big-endian order, in an APP1 segment."""
    tags = struct.pack(">HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    return segment(0xE1, b"Exif\0\0MM\0*" + struct.pack(">I", 8) + tags)


def level(rgb):
    """A colour as the mean of a block of Y, Cb and Cr, around 0."""
    r, g, b = rgb
    y = 0.299 * r + 0.587 * g + 0.114 * b
    return [round(max(-128, min(127, v))) for v in (y - 128, (b - y) / 1.772, (r - y) / 1.402)]


def compress(rows):
    """The means alone: each as its difference to the one before, and no other frequencies."""
    bits, before = Bits(), [0, 0, 0]
    for row in rows:
        for colour in row:
            for channel, value in enumerate(level(colour)):
                difference, before[channel] = value - before[channel], value
                size = abs(difference).bit_length()
                bits.add(size, 4)
                bits.add(difference if difference > 0 else difference + (1 << size) - 1, size)
                bits.add(0, 1)  # the block ends
    return bits.to_bytes()


def write_jpeg(path, rows, orientation=None):
    """`rows` of colours (red, green, blue), a block each."""
    height, width = 8 * len(rows), 8 * len(rows[0])
    frame = struct.pack(">BHHB", 8, height, width, 3) + bytes([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
    sizes = bytes([0, 0, 0, 12] + 12 * [0]) + bytes(range(12))  # 12 codes of 4 bits
    end = bytes([1] + 15 * [0]) + b"\0"  # 1 code of 1 bit
    with open(path, "wb") as file:
        file.write(b"\xff\xd8" + (exif(orientation) if orientation else b"") +
                   segment(0xDB, b"\0" + bytes(64 * [8])) + segment(0xC0, frame) +
                   segment(0xC4, b"\0" + sizes) + segment(0xC4, b"\x10" + end) +
                   segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])) + compress(rows) +
                   b"\xff\xd9")


def turned_right(rows):
    return [list(row) for row in zip(*rows[::-1])]


def write_photo(path, scene, orientation):
    """The scene as a camera stores it that is held so: put upright by its tag, it is the scene."""
    turns = {1: 0, 3: 2, 6: 3, 8: 1}[orientation]
    for _ in range(turns):
        scene = turned_right(scene)
    write_jpeg(path, scene, orientation)
