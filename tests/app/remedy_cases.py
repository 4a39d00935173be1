"""For each error about data that names a remedy: files and a command that make it happen, and what
the remedy says to do. remedies_test.py runs them, and fails for an error without a case.

A case is found by the text of its problem as it stands in the sources; helpers that give one remedy
to all their problems have one case, by their file's name.
"""

import gzip
import io
import struct
import zipfile

from arrays_test import npy
from support import write_png

NETWORK = '--network "dense(2)" --loss cross_entropy --epochs 1 --batch 4 --optimizer "sgd(0.1)"'


class Case:
    """`files`: what is there, by name: text, bytes, or a function that is given the path. `fails`: the
    command that ends in the error. `cure`: the command that works; `change`: files to write before it
    (None: taken away). `prepare`: commands before. `status`: of the cure, where it fails otherwise."""

    def __init__(self, files, fails, cure=None, change=None, prepare=(), env=None, status=0):
        self.files, self.fails, self.cure = files, fails, cure or fails
        self.change, self.prepare, self.env, self.status = change or {}, prepare, env or {}, status


def rows(count=40, first="a,b,kind", line="{0},{1},{2}"):
    return first + "\n" + "".join(
        line.format(i, i * 7 % 11 + 0.5, "xy"[i % 2]) + "\n" for i in range(count))


def series(times=range(40), first="t,x,y"):
    return first + "\n" + "".join(f"{t},{t * 7 % 11 + 0.5},{t * 5 % 13 + 0.25}\n" for t in times)


def two_series():
    return "t,x,y\n" + "".join(f"{t},{'ab'[i]},{t * (i + 2) % 13 + 0.25}\n" for t in range(40) for i in range(2))


def grey(level=80, height=8, width=8):
    return lambda path: write_png(path, [[level] * width] * height)


def bars(folder="bars", count=4, **extra):
    """A folder of two classes, and other files."""
    files = {f"{folder}/{name}/{i}.png": grey(20 + 100 * (name == "up") + i)
             for name in ("level", "up") for i in range(count)}
    return {**files, **extra}


def npz(**arrays):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, array in arrays.items():
            archive.writestr(name + ".npy", array)
    return data.getvalue()


def floats(count, columns=2, scale=1.0):
    return npy("<f4", (count, columns), [scale * (i * 7 % 11) for i in range(count * columns)])


def whole(count, classes=2):
    return npy("<i8", (count,), [i % classes for i in range(count)])


def header(descr, shape="(2,)", order="False", body=b"\0" * 8, version=1, text=None):
    text = text or f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(text)) + text.encode() + body


def texts(*values):
    width = max(map(len, values))
    data = "".join(value.ljust(width, "\0") for value in values).encode("utf-32-le")
    return header(f"'<U{width}'", f"({len(values)},)", body=data)


def bmp(bits, compression=0):
    head = struct.pack("<IiiHHIIiiII", 40, 2, 2, 1, bits, compression, 64, 1, 1, 0, 0)
    return b"BM" + struct.pack("<IHHI", 118, 0, 0, 54) + head + bytes(64)


def cifar(record=3073, label=1, folder="cifar"):
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
    return {f"{folder}/{name}": (bytes([label]) + bytes(3072))[:record] * 4 for name in names}


def idx(count, labels=None, folder="idx", side=4, test_side=None, label=1, magic=b"\0\0\x08"):
    files = {}
    for part in ("train", "t10k"):
        size = test_side if test_side and part == "t10k" else side
        files[f"{folder}/{part}-images-idx3-ubyte"] = (
            magic + b"\3" + struct.pack(">III", count, size, size) + bytes(count * size * size))
        files[f"{folder}/{part}-labels-idx1-ubyte"] = (
            b"\0\0\x08\1" + struct.pack(">I", labels or count) +
            bytes((i % 2 if i else label) for i in range(labels or count)))
    return files


def waves(header="@classLabel true a b", channels=2, answer="ab", last=""):
    """A .ts file of 20 sequences, and a line behind them."""
    lines = [header, "@data"]
    for i in range(20):
        values = [",".join(str((i * 7 + p * c) % 5 + 0.5) for p in range(2 + i % 3)) for c in range(1, channels + 1)]
        lines.append(":".join(values + ([answer[i % 2]] if answer else [])))
    return "\n".join(lines + [last]) + "\n"


def sequences(lengths=None, shape=(20, 3, 2), **more):
    """An archive of padded sequences."""
    count = 1
    for size in shape:
        count *= size
    arrays = {"x": npy("<f4", shape, [i % 7 for i in range(count)]), "y": whole(shape[0]), **more}
    return npz(**arrays, **({} if lengths is None else {"lengths": lengths}))


def pixels(count, kind="|u1", top=255):
    values = [i * 37 % (top + 1) for i in range(count * 16)]
    return npy(kind, (count, 4, 4), values)


HEIC = b"\0\0\0\x18ftypheic" + bytes(20)
TRAIN = "train --data t.csv " + NETWORK
ARRAYS = "train --data a.npz --output m.safetensors " + NETWORK
FOLDER = "train --data bars " + NETWORK.replace("dense", "flatten -> dense")
DIGITS = ('train --data digits --examples 100 --network "dense(10)" --loss cross_entropy --epochs 1 '
          "--output m.safetensors")
SERIES = 'train --data s.csv --window 3 --network "dense(1)" --epochs 1 --batch 4 --output m.safetensors'
WAVES = ('train --data s.ts --network "gru(2) -> dense(2)" --loss cross_entropy --epochs 1 --batch 4 '
         '--optimizer "sgd(0.1)" --output m.safetensors')
MODEL = (TRAIN + " --output m.safetensors",)
TEXT = "the whale, the sea and the ship: a long story, and not the shortest one of them all. " * 8
NOVEL = ("train --data t.txt --text chars --window 8 --network \"embedding(30, 4) -> gru(4, all) -> dense({})\" "
         "--loss cross_entropy --epochs 1 --batch 4 --optimizer \"sgd(0.1)\" --output m.safetensors")
LETTERS = len(set(TEXT))
WRITER = (NOVEL.format(LETTERS),)


def letters(more=""):
    """A table with texts of five words."""
    head, cell = (",more", "," + more) if more else ("", "")
    return f"kind,size,body{head}\n" + "".join(f"{'xy'[i % 2]},{i},{'the one' if i % 2 else 'a two'} sea{cell}\n"
                                               for i in range(40))


def mails():
    """A folder of texts."""
    return {f"m/{kind}/{i}.txt": f"the {'one' if kind == 'a' else 'two'}" for kind in "ab" for i in range(10)}


def recordings():
    """A folder of sequences."""
    return {f"w/{kind}/{i}.csv": "".join(f"{p},{i}\n" for p in range(1 + i % 3)) for kind in "ab" for i in range(8)}


LETTER = "data show t.csv --text words --target kind"
MAILS = "train --data m --epochs 1 --output m.safetensors"

CASES = {
    # What a model is shown.
    "windows cannot both go on and begin anew": Case(
        {"t.csv": rows()}, "evaluate m.safetensors --data t.csv --stateful --no-stateful",
        "evaluate m.safetensors --data t.csv --no-stateful", prepare=MODEL),
    "the values are from {:.6g} to {:.6g}, and the model was trained on values from 0 to {:.6g}": Case(
        {"a.npz": npz(x=pixels(20), y=whole(20)), "b.npz": npz(x=pixels(20, "<f4", 999), y=whole(20))},
        "evaluate m.safetensors --data b.npz", prepare=(ARRAYS.replace("dense", "flatten -> dense"),),
        change={"b.npz": npz(x=pixels(20, "<f4", 255), y=whole(20))}),
    "more than {} changes of one data set": Case(
        {}, f"train --data {'inverted:' * 10000}digits --examples 20 "
        f'--network "dense(10)" --epochs 1 --batch 4',
        "train --data inverted:digits --examples 20 " '--network "dense(10)" --epochs 1 --batch 4'),
    "the examples have no answers": Case(
        {"a.npz": npz(x=floats(20), z=whole(20))}, ARRAYS, ARRAYS + " --answers z"),
    "the model knows {:.200}, and the folder has pictures of {:.200}": Case(
        {**bars(), "other/a/1.png": grey(), "other/b/1.png": grey()},
        "evaluate m.safetensors --data other", prepare=(FOLDER + " --output m.safetensors",),
        change={"other/level/1.png": grey(), "other/up/1.png": grey()}),
    "'{}' has a part of its own to test on": Case(
        {}, "evaluate m.safetensors --data digits --all-rows", "evaluate m.safetensors --data digits",
        prepare=(DIGITS,)),
    "the rows to train on and those to test on have different types": Case(
        {"a.npz": npz(x_train=floats(20), y_train=whole(20), x_test=npy("<f8", (4, 2), list(range(8))),
                      y_test=whole(4))},
        "evaluate m.safetensors --data a.npz --all-rows", "evaluate m.safetensors --data a.npz",
        prepare=(ARRAYS,)),
    "'{}' has {}": Case(
        {}, 'train --data digits --test-share 0.5 --network "dense(10)"',
        DIGITS + " --validation 10%"),
    "the model was trained on {}, which is not there": Case(
        {"t.csv": rows()}, "evaluate m.safetensors", "evaluate m.safetensors --data new.csv",
        prepare=MODEL + ("rename t.csv new.csv",)),
    "only a folder of pictures is brought to a size or to channels": Case(
        {"t.csv": rows()}, TRAIN + " --size 8", TRAIN),
    "only a folder of pictures has a folder for validation": Case(
        {"t.csv": rows()}, TRAIN + " --val-folder none", TRAIN),
    "'{}' is no list of numbers": Case(
        {}, "data show digits --classes two", "data show digits --classes 1..6"),
    "'{}' is neither a share nor a number": Case(
        {"t.csv": rows()}, TRAIN + " --validation some", TRAIN + " --validation 10%"),
    "class {} is not there, or named twice": Case(
        {}, "data show digits --classes 3,12", "data show digits --classes 0..9"),
    # Rows that are held out.
    "{} folds of {} rows": Case({"t.csv": rows(8)}, TRAIN + " --cv 9", TRAIN + " --cv 4"),
    "no row is left to {} on": Case(
        {"t.csv": rows(line="{0},1,{2}")}, TRAIN + " --group b", change={"t.csv": rows()}),
    "cannot hold out {} of the rows: neither a share nor a number of rows": Case(
        {"t.csv": rows()}, TRAIN + " --validation 2.5", TRAIN + " --validation 10%"),
    "holding out {} of {} rows leaves none to train on": Case(
        {"t.csv": rows()}, TRAIN + " --validation 1000", TRAIN + " --validation 10%"),
    "there are no rows to test on": Case(
        {"t.csv": rows()}, TRAIN + " --seeds 2 --test-share 0", TRAIN + " --seeds 2 --test-share 0.2"),
    "the test rows are fixed, so all folds would be the same": Case(
        {"a.npz": npz(x_train=floats(20), y_train=whole(20), x_test=floats(4), y_test=whole(4))},
        ARRAYS + " --cv 3", ARRAYS + " --seeds 2"),
    "a cross-validation divides the rows of a table": Case(
        {}, DIGITS + " --cv 3", DIGITS + " --seeds 2"),
    "{} examples of {} that there are": Case(
        {"t.csv": rows()}, TRAIN + " --examples 100", TRAIN + " --examples 30"),
    # Files that a command writes.
    "there is no folder '{}'": Case(
        {"t.csv": rows()}, TRAIN + " --output out/m.safetensors", change={"out/x": ""}),
    "'{}' is a folder": Case(
        {"t.csv": rows(), "out/x": ""}, TRAIN + " --output out", TRAIN + " --output out/m.safetensors"),
    "'{}' says no form of answers": Case(
        {"t.csv": rows()}, "predict m.safetensors t.csv --output a.xls",
        "predict m.safetensors t.csv --output a.csv", prepare=MODEL),
    # Networks and models.
    "there is no model file '{}'": Case(
        {"t.csv": rows()}, "train --data t.csv --epochs 1 --from old.safetensors",
        "train --data t.csv --epochs 1 --from m.safetensors --output n.safetensors", prepare=MODEL),
    "the data have no classes, of which an example could be none": Case(
        {"t.csv": rows(line="{0},{1},{0}.5")},
        'train --data t.csv --network "dense(1)" --epochs 1 --unknown max_logit',
        TRAIN + " --unknown max_logit", change={"t.csv": rows()}),
    # Folders of pictures.
    "{} picture{} cannot be read in {}:\n  {}": Case(
        bars(**{"bars/up/x.png": b"x"}), FOLDER, FOLDER + " --skip-broken"),
    "image_file.cc": Case(
        {"a.png": b"", "b.png": grey(height=28, width=28)}, "predict m.safetensors a.png b.png",
        "predict m.safetensors a.png b.png --skip-broken", prepare=(DIGITS,)),
    "{}, which is not read": Case(
        {"a.heic": HEIC}, "predict m.safetensors a.heic", prepare=(DIGITS,), change={"a.heic": grey()}),
    "the picture is {} high and {} wide, more than the {} pixels allowed": Case(
        {"a.png": grey()}, "predict m.safetensors a.png --max-pixels 10",
        "predict m.safetensors a.png --max-pixels 100", prepare=(DIGITS,)),
    "a BMP picture of {} bits, which is not read": Case(
        {"a.bmp": bmp(2)}, "predict m.safetensors a.bmp", prepare=(DIGITS,), change={"a.bmp": grey()}),
    "a compressed BMP picture, which is not read": Case(
        {"a.bmp": bmp(8, 1)}, "predict m.safetensors a.bmp", prepare=(DIGITS,),
        change={"a.bmp": grey()}),
    "pictures of {} x {}": Case(bars(), "data show bars --size 99999", "data show bars --size 32"),
    "'{}' is no size": Case(bars(), "data show bars --size big", "data show bars --size 32x48"),
    "ink is found in grey pictures, and brought to a size": Case(
        bars(), "data show bars --resize ink", "data show bars --resize ink --channels 1 --size 28"),
    "a share of {}": Case(bars(), FOLDER + " --test-share 7", FOLDER + " --test-share 0.5"),
    "no picture of class {} is left to learn from": Case(
        bars(**{"bars/x/1.png": b"x"}), FOLDER.replace("(2)", "(3)") + " --skip-broken",
        change={"bars/x/2.png": grey()}),
    "cannot make '{}': {}": Case(
        {**bars(), "file": ""}, "data show bars --data-dir file/x", "data show bars --data-dir here"),
    "'{}' mean the same part of a split": Case(
        {**bars("bars/train"), **bars("bars/Training")}, "data show bars", change={"bars/Training": None}),
    "{} and {} hold folders of classes, and '{}' stands beside them": Case(
        {**bars("bars/train"), **bars("bars/test"), "bars/dog/1.png": grey()}, "data show bars",
        change={"bars/dog": None}),
    "there is no class '{}'": Case(
        {**bars("bars/train"), **bars("bars/test"), "bars/test/down/1.png": grey()}, FOLDER,
        change={"bars/test/down": None}),
    "the folder has no folders, of which each would be a class": Case(
        {"bars/1.png": grey()}, FOLDER, change=bars()),
    "the folder has one class, '{}', and nothing to tell it from": Case(
        bars("bars/inner"), FOLDER, FOLDER.replace("bars", "bars/inner")),
    "no picture of class {}": Case(
        bars(**{"bars/x/note.txt": ""}), FOLDER, change={"bars/x": None}),
    "the folder is empty": Case(
        {"bars/x": "", **bars("more")}, "data show ./bars", "data show ./bars", prepare=("rename bars/x x",),
        change={f"bars/{name[5:]}": content for name, content in bars("more").items()}),
    "there is no picture in it": Case(
        {"bars/1.png": grey(), "bars/level/note.txt": ""}, "data show bars",
        change={"bars/level/1.png": grey()}),
    "there is no picture, text or sequence in the folder": Case(
        {"new/note.md": ""}, "predict m.safetensors new", prepare=(DIGITS,),
        change={"new/deep/1.png": grey()}),
    "no file fits the pattern '{}'": Case(
        {"new/a.jpg": grey()}, "predict m.safetensors new/*.png", "predict m.safetensors new/*.jpg",
        prepare=(DIGITS,)),
    "the model was trained on {}, and this is a {}": Case(
        {"t.csv": rows(), "a.png": grey()}, "predict m.safetensors a.png",
        "predict m.safetensors t.csv", prepare=MODEL),
    "the model was trained on {}, and this is a {}#of sequences": Case(
        recordings(), "predict m.safetensors w/a/1.csv", "predict m.safetensors w/a",
        prepare=("train --data w --epochs 1 --output m.safetensors",)),
    "'{}' is no model, which comes first": Case(
        {"t.csv": rows()}, "predict t.csv m.safetensors", "predict m.safetensors t.csv", prepare=MODEL),
    "the page would have more than 67 million pixels": Case(
        {}, "data show shapes --augment shift(1) --count 660",
        "data show shapes --augment shift(1) --count 2"),
    "more than {} rows": Case(
        {}, "data show digits --augment shift(1) --count 1000", "data show digits --augment shift(1) --count 2"),
    "'{}' is more than there is": Case(
        {"t.csv": rows()}, "train --data t.csv --epochs 1 --validation 200%",
        "train --data t.csv --epochs 1 --validation 10%"),
    # Other data sets.
    "no data set is named '{}'": Case({}, "data show mnits", "data show digits"),
    "'{}' is generated, there is nothing to fetch": Case({}, "data fetch digits", DIGITS),
    "cannot make the folder '{}': {}": Case(
        {"file": ""}, "data fetch mnist --data-dir file/x --mirror http://127.0.0.1:9/",
        "data fetch mnist --data-dir here --mirror http://127.0.0.1:9/", status=1),
    "downloads need libcurl, which cannot be loaded: {}": Case(
        {"broken/libcurl.so.4": "", "broken/libcurl-gnutls.so.4": ""},
        "data fetch mnist --data-dir here --mirror http://127.0.0.1:9/", status=1,
        change={"broken": None}, env={"LD_LIBRARY_PATH": "broken"}),
    "no folder for data sets is known: HOME is not set": Case(
        bars(), "data show bars", "data show bars --data-dir here",
        env={"HOME": None, "XDG_CACHE_HOME": None, "LITHE_DATA": None}),
    "{} bytes, which is not a whole number of pictures of {} bytes": Case(
        cifar(record=3000), "data show cifar", change=cifar()),
    "picture {} has class {}, of {}": Case(cifar(label=77), "data show cifar", change=cifar()),
    "idx.cc": Case(idx(4, magic=b"\0\0\x0d"), "data show idx", change=idx(4)),
    "there is no file '{}-idx{}-ubyte', with or without .gz, in '{}'": Case(
        {"idx/x": ""}, "data show ./idx", change=idx(4)),
    "there is no folder '{}'#idx": Case({}, "data show ./idx", change=idx(4)),
    "{} images but {} labels: the files do not belong together": Case(
        idx(4, labels=5), "data show idx", change=idx(4)),
    "training images are {}, test images {}": Case(
        idx(4, test_side=5), "data show idx", change=idx(4)),
    "gzip.cc": Case({"t.csv.gz": b"\x1f\x8b\x08" + bytes(9)}, "data show t.csv.gz",
                    change={"t.csv.gz": gzip.compress(rows().encode())}),
    # Arrays.
    "zip.cc": Case({"a.npz": npz(x=floats(20))[:60]}, "data show a.npz",
                   change={"a.npz": npz(x=floats(20), y=whole(20))}),
    "npy_header.cc": Case({"a.npy": b"\x93NUMPY\1\0"}, "data show a.npy", change={"a.npy": floats(20)}),
    "not a .npy header: ": Case({"a.npy": header("'<f4'", text="{'descr' '<f4'}\n")}, "data show a.npy",
                                change={"a.npy": floats(20)}),
    "a value is {}": Case(
        {"a.npy": npy("<f8", (2, 2), [1, 2, 3, float("inf")])}, "data show a.npy",
        change={"a.npy": npy("<f8", (2, 2), [1, 2, 3, 0])}),
    "its elements are records": Case(
        {"a.npy": header("[('a', '<f4')]")}, "data show a.npy", change={"a.npy": floats(20)}),
    "its elements are Python objects": Case(
        {"a.npy": header("'|O'")}, "data show a.npy", change={"a.npy": floats(20)}),
    "its elements are of type '{}', which is not read": Case(
        {"a.npy": header("'<c8'")}, "data show a.npy", change={"a.npy": floats(20)}),
    "its texts have '{}' characters": Case(
        {"a.npz": npz(x=floats(2), y=header("'<U0'"))}, "data show a.npz",
        change={"a.npz": npz(x=floats(2), y=texts("a", "b"))}),
    "the value {} is too large for {} bits": Case(
        {"a.npz": npz(x=floats(2), y=npy("<f8", (2,), [0.5, 1e300]))}, "data show a.npz",
        change={"a.npz": npz(x=floats(2), y=npy("<f8", (2,), [0.5, 1]))}),
    "the examples are texts, not numbers": Case(
        {"a.npy": texts("a", "b")}, "data show a.npy", change={"a.npy": floats(20)}),
    "1 answer for {} examples of one value each": Case(
        {"a.npz": npz(x=npy("<f4", (4,), [1, 2, 3, 4]), y=whole(1))}, "data show a.npz",
        change={"a.npz": npz(x=npy("<f4", (1, 4), [1, 2, 3, 4]), y=whole(1))}),
    "{} answers for {} examples": Case(
        {"a.npz": npz(x=floats(4), y=whole(3), z=whole(4))}, "data show a.npz",
        "data show a.npz --answers z"),
    "training and test answers have different shapes or types": Case(
        {"a.npz": npz(x_train=floats(4), y_train=whole(4), x_test=floats(2), y_test=texts("a", "b"))},
        "data show a.npz",
        change={"a.npz": npz(x_train=floats(4), y_train=whole(4), x_test=floats(2), y_test=whole(2))}),
    # Text.
    "the file is empty#text": Case(
        {"t.txt": ""}, "data show t.txt --text chars", change={"t.txt": TEXT}),
    "{} of the text to test on": Case(
        {"t.txt": TEXT}, NOVEL.format(LETTERS) + " --test-share 3", NOVEL.format(LETTERS) + " --test-share 0.1"),
    "the text is {} {}, and all of them are {}: there is nothing to learn": Case(
        {"t.txt": "a" * 100}, "data show t.txt --text chars --window 8", change={"t.txt": TEXT}),
    "a window of {} {} and the one behind it take {}, and there are {}{}#to test on": Case(
        {"t.txt": TEXT[:200]}, "data show t.txt --text chars --window 50", "data show t.txt --text chars --window 15"),
    "a window of {} {} and the one behind it take {}, and there are {}{}#of a model": Case(
        {"t.txt": TEXT, "short.txt": "the sea"}, "evaluate m.safetensors --data short.txt",
        change={"short.txt": "the whale"}, prepare=WRITER),
    "a window of {} {} and the one behind it take {}, and there are {}{}": Case(
        {"t.txt": "a short text"}, "data show t.txt --text chars", "data show t.txt --text chars --window 8",
        change={"t.txt": TEXT}),
    "the byte {} (0x{:02X}) is not UTF-8 text": Case(
        {"t.txt": TEXT.encode() + b"\xff" + TEXT.encode()}, "data show t.txt --text chars",
        "data show t.txt --text bytes"),
    "the byte {} (0x{:02X}) is not UTF-8 text#in a folder": Case(
        {**mails(), "m/a/x.txt": b"caf\xe9"}, "data show m", change={"m/a/x.txt": None}),
    "the character {} is not among the {} that the model knows": Case(
        {"t.txt": TEXT}, 'predict m.safetensors --text "the Whale"', 'predict m.safetensors --text "the whale"',
        prepare=WRITER),
    "the answer of a text is the token behind it": Case(
        {"t.txt": TEXT}, "data show t.txt --text chars --season 3", "data show t.txt --text chars"),
    "a text has no classes to choose among": Case(
        {"t.txt": TEXT}, "data show t.txt --text chars --classes 1", "data show t.txt --text chars"),
    "the model was not trained on text": Case(
        {"t.csv": rows(), "t.txt": TEXT}, "predict n.safetensors --text the", "predict m.safetensors --text the",
        prepare=WRITER + (TRAIN + " --output n.safetensors",)),
    "the model answers for the texts of the column \"{}\", and does not go on with one": Case(
        {"t.csv": letters()}, "predict m.safetensors --text the", "predict m.safetensors t.csv",
        prepare=(LETTER.replace("data show", "train --data") + " --epochs 1 --output m.safetensors",)),
    "the model's answers are no logits of tokens: its loss is {}": Case(
        {"t.txt": TEXT}, "predict n.safetensors --text the", "predict m.safetensors --text the",
        prepare=WRITER + (WRITER[0].replace("cross_entropy", "hinge").replace("m.saf", "n.saf"),)),
    "there is no text to go on with": Case(
        {"t.txt": TEXT}, 'predict m.safetensors --text ""', 'predict m.safetensors --text "the"', prepare=WRITER),
    "nothing to predict is named": Case(
        {"t.txt": TEXT}, "predict m.safetensors", "predict m.safetensors --text the", prepare=WRITER),
    "inputs and a text to go on with": Case(
        {"t.txt": TEXT}, "predict m.safetensors t.txt --text the", "predict m.safetensors --text the", prepare=WRITER),
    "text goes to standard output": Case(
        {"t.txt": TEXT}, "predict m.safetensors --text the --output a.csv", "predict m.safetensors --text the",
        prepare=WRITER),
    "the model was trained on text, and goes on with one": Case(
        {"t.txt": TEXT}, "predict m.safetensors t.txt", "predict m.safetensors --text the", prepare=WRITER),
    # A column of texts, and folders of texts.
    "'{}' is a table, and no column of texts is named": Case(
        {"t.csv": letters()}, "data show t.csv --text words",
        "data show t.csv --text words --text-column body --target kind"),
    "{} tokens of a text": Case(
        {"t.csv": letters()}, LETTER + " --window 100001", LETTER + " --window 100000"),
    "a text is the only input, and \"{}\" is named as one beside it": Case(
        {"t.csv": letters()}, LETTER + " --numeric size", LETTER),
    "no column beside the target holds texts": Case(
        {"t.csv": rows()}, "data show t.csv --text words --target kind",
        "data show t.csv --text words --target kind --text-column a"),
    "the file has no column of texts": Case(
        {"a.npz": npz(x=floats(20), y=whole(20)), "t.csv": letters()}, "data show a.npz --text-column body",
        "data show t.csv --text-column body --target kind"),
    "{} columns hold texts: {}": Case(
        {"t.csv": letters(more="yes no")}, "data show t.csv --text words --target kind",
        "data show t.csv --text words --target kind --text-column body"),
    "the network does not begin with an embedding, and takes the numbers of tokens for quantities": Case(
        {"t.csv": letters()}, LETTER.replace("data show", "train --data") + ' --network "gru(2) -> dense(2)"',
        LETTER.replace("data show", "train --data") + ' --epochs 1 --network "embedding(6, 32) -> gru(2) -> dense(2)"'),
    "the texts have {} different tokens, and embedding takes {}": Case(
        {"t.csv": letters()},
        LETTER.replace("data show", "train --data") + ' --network "embedding(5, 32) -> gru(2) -> dense(2)"',
        LETTER.replace("data show", "train --data") + ' --epochs 1 --network "embedding(6, 32) -> gru(2) -> dense(2)"'),
    "the folder of a class, '{}', has a folder in it": Case(
        {"m/train/a/1.txt": "one", "m/train/b/1.txt": "two", "m/test/a/1.txt": "one", "m/test/b/1.txt": "two"},
        "data show m", "data show m/train --test-data m/test"),
    "files stand beside the folders of the classes": Case(
        {**mails(), "m/1.txt": "one"}, "data show m", change={"m/1.txt": None}),
    "the files stand in no folders of classes": Case(
        {"m/1.txt": "one", "m/2.txt": "two"}, "data show m",
        change={"m/1.txt": None, "m/2.txt": None, "m/a/1.txt": "one", "m/b/2.txt": "two"}),
    "'{:.60}' is none of the classes that are known: {:.200}": Case(
        {**mails(), "n/c/1.txt": "one"}, "evaluate m.safetensors --data n", prepare=(MAILS,),
        change={"n/c": None, "n/a/1.txt": "one"}),
    "the model was trained on the columns of a table, and these are texts": Case(
        {**mails(), "t.csv": rows()}, "predict m.safetensors m", "predict m.safetensors t.csv", prepare=MODEL),
    # A file for each sequence.
    "the file has no row of numbers": Case(
        {**recordings(), "w/a/9.csv": "x,y\n"}, "data show w", change={"w/a/9.csv": None}),
    "the row has {} values, and those above have {}": Case(
        {**recordings(), "w/a/9.csv": "1,2\n3,4\n5\n"}, "data show w", change={"w/a/9.csv": "1,2\n3,4\n5,6\n"}),
    "'{}' is not a number": Case(
        {**recordings(), "w/a/9.csv": "1;2\n3;4,5\n"}, "data show w", "data show w --decimal comma"),
    "the end of the file from \"{}\" on is no row of numbers": Case(
        {**recordings(), "w/a/9.csv": "1,2\n3,4\n5,6\nTotal,12\n"}, "data show w",
        change={"w/a/9.csv": "1,2\n3,4\n5,6\n"}),
    "the array has {} dimensions": Case(
        {**recordings(), "w/a/9.npy": npy("<f4", (1, 2, 2), [1, 2, 3, 4])}, "data show w",
        change={"w/a/9.npy": npy("<f4", (2, 2), [1, 2, 3, 4])}),
    "the array holds texts": Case(
        {**recordings(), "w/a/9.npy": texts("a", "b")}, "data show w",
        change={"w/a/9.npy": npy("<f4", (2, 2), [1, 2, 3, 4])}),
    # Sequences of unequal length.
    "there is no line @data, behind which sequences stand": Case(
        {"s.ts": "@classLabel true a b\n"}, "data show s.ts", change={"s.ts": waves()}),
    "a line in front of @data that does not begin with @": Case(
        {"s.ts": "1,2:a\n"}, "data show s.ts", change={"s.ts": waves()}),
    "the values have time stamps, which are not read": Case(
        {"s.ts": waves("@timeStamps true\n@classLabel true a b")}, "data show s.ts",
        change={"s.ts": waves("@timeStamps false\n@classLabel true a b")}),
    "too many classes, or a name that is too long": Case(
        {"s.ts": waves("@classLabel true a b " + "c" * 5000)}, "data show s.ts", change={"s.ts": waves()}),
    "the answers are numbers, by @targetLabel": Case(
        {"s.ts": waves("@targetLabel true", answer="12")}, "data show s.ts --task classification",
        "data show s.ts --task regression"),
    "a sequence has one answer, and several labels are several": Case(
        {"s.ts": waves()}, "data show s.ts --task multi-label", "data show s.ts --task classification"),
    "the value {:.40} is too large for 32 bits": Case(
        {"s.ts": waves(last="1e39:1:a")}, "data show s.ts", change={"s.ts": waves(last="1e9:1:a")}),
    "a value is missing": Case(
        {"s.ts": waves(last="1,?:1,2:a")}, "data show s.ts", change={"s.ts": waves(last="1,0:1,2:a")}),
    "a value with a time stamp, which is not read": Case(
        {"s.ts": waves(last="(1,2):1:a")}, "data show s.ts", change={"s.ts": waves()}),
    "'{:.40}' is not a number": Case(
        {"s.ts": waves(last="1;2:1:a")}, "data show s.ts", change={"s.ts": waves(last="1,2:1,2:a")}),
    "the sequence has no values": Case(
        {"s.ts": waves(last=":1:a")}, "data show s.ts", change={"s.ts": waves()}),
    "channel {} has no values": Case(
        {"s.ts": waves(last="1::a")}, "data show s.ts", change={"s.ts": waves()}),
    "channel {} has {} values, and the first one {}": Case(
        {"s.ts": waves(last="1,2:1:a")}, "data show s.ts", change={"s.ts": waves(last="1,2:1,2:a")}),
    "the sequence has no answer": Case(
        {"s.ts": waves(last="1:1:")}, "data show s.ts", change={"s.ts": waves(last="1:1:a")}),
    "above its numbers stands {}, and in the files before {}": Case(
        {**recordings(), "w/a/9.csv": "h,s\n1,2\n"}, "data show w", change={"w/a/9.csv": "1,2\n"}),
    "the sequence has {} channels, and those before have {}": Case(
        {"s.ts": waves(last="1:a")}, "data show s.ts", change={"s.ts": waves(last="1:1:a")}),
    "there is no colon between the sequence and its answer": Case(
        {"s.ts": "@classLabel true a\n@data\n1,2\n"}, "data show s.ts",
        change={"s.ts": "@classLabel true a\n@data\n1,2:a\n"}),
    "there are no sequences behind @data": Case(
        {"s.ts": "@classLabel true a\n@data\n"}, "data show s.ts", change={"s.ts": waves()}),
    "the sequences have no answers": Case(
        {"s.ts": waves("@classLabel false", answer="")}, WAVES, change={"s.ts": waves()}),
    "the sequences have {} channels, and the model takes {}": Case(
        {"s.ts": waves(), "t.ts": waves(channels=3)}, "predict m.safetensors t.ts", prepare=(WAVES,),
        change={"t.ts": waves()}),
    "sequence {} has {} positions, and the model takes {}, no more and no fewer": Case(
        {"s.ts": waves(), "a.npz": sequences()}, "predict n.safetensors s.ts", "predict m.safetensors s.ts",
        prepare=(WAVES, WAVES.replace("s.ts", "a.npz").replace("m.safetensors", "n.safetensors"))),
    "'{}' is neither a .ts file nor a folder of sequences": Case(
        {"s.ts": waves(), "t.csv": rows()}, WAVES + " --test-data t.csv", WAVES + " --test-data s.ts"),
    "the sequences have {} channels, and those to train on {}": Case(
        {"s.ts": waves(), "t.ts": waves(channels=3)}, WAVES + " --test-data t.ts",
        change={"t.ts": waves()}),
    "the lengths of sequences are not one whole number each": Case(
        {"a.npz": sequences(floats(20))}, "data show a.npz",
        change={"a.npz": sequences(npy("<i8", (20,), [1 + i % 3 for i in range(20)]))}),
    "{} lengths for {} examples": Case(
        {"a.npz": sequences(npy("<i8", (19,), [1] * 19))}, "data show a.npz",
        change={"a.npz": sequences(npy("<i8", (20,), [1] * 20))}),
    "examples of {} are no sequences, so they have no lengths": Case(
        {"a.npz": sequences(npy("<i8", (20,), [1] * 20), shape=(20, 3, 2, 2))}, "data show a.npz",
        change={"a.npz": sequences(shape=(20, 3, 2, 2))}),
    "example {} has the length {}": Case(
        {"a.npz": sequences(npy("<i8", (20,), [4] * 20))}, "data show a.npz",
        change={"a.npz": sequences(npy("<i8", (20,), [3] * 20))}),
    "{} says how long training examples are, and no array says it of the test examples": Case(
        {"a.npz": npz(x_train=floats(20), y_train=whole(20), x_test=floats(4), y_test=whole(4),
                      lengths_train=npy("<i8", (20,), [1] * 20))}, "data show a.npz",
        change={"a.npz": npz(x_train=floats(20), y_train=whole(20), x_test=floats(4), y_test=whole(4),
                             lengths_train=npy("<i8", (20,), [1] * 20),
                             lengths_test=npy("<i8", (4,), [2] * 4))}),
    "there are several texts for each example": Case(
        {"a.npz": npz(x=floats(2), y=header("'<U1'", "(2, 2)", body=bytes("abcd", "utf-32-le")))},
        "data show a.npz", change={"a.npz": npz(x=floats(2), y=texts("a", "b"))}),
    "classes are one number or text a row, or a single 1 among 0s": Case(
        {"a.npz": npz(x=floats(4), y=floats(4))}, "data show a.npz --task classification",
        "data show a.npz --task regression"),
    "labels are 0 or 1, and there are other numbers": Case(
        {"a.npz": npz(x=floats(4), y=floats(4))}, "data show a.npz --task multi-label",
        "data show a.npz --task regression"),
    "several labels are several columns of answers, and there is one": Case(
        {"a.npz": npz(x=floats(4), y=whole(4))}, "data show a.npz --task multi-label",
        "data show a.npz --task classification"),
    "more than {} classes": Case(
        {"a.npz": npz(x=floats(100001, 1), y=npy("<i8", (100001,), list(range(100001))))},
        "data show a.npz --task classification", "data show a.npz --task regression"),
    "the answers are texts, which are classes": Case(
        {"a.npz": npz(x=floats(2), y=texts("a", "b"))}, "data show a.npz --task regression",
        "data show a.npz --task classification"),
    "the array has the shape {}, without a dimension for channels": Case(
        {"a.npy": floats(4)}, "data show a.npy --layout channels-first", "data show a.npy --layout auto"),
    "the array has the shape {}, which is that of one example: it lacks the dimension that counts the "
    "examples": Case(
        {"a.npz": npz(x=pixels(20), y=whole(20)), "b.npy": npy("|u1", (4, 4), list(range(16)))},
        "predict m.safetensors b.npy", prepare=(ARRAYS.replace("dense", "flatten -> dense"),),
        change={"b.npy": npy("|u1", (1, 4, 4), list(range(16)))}),
    "a text is not UTF-8": Case(
        {"a.npz": npz(x=floats(2), y=header("'|S1'", body=b"a\xff"))}, "data show a.npz",
        change={"a.npz": npz(x=floats(2), y=texts("a", "b"))}),
    "a text is empty": Case(
        {"a.npz": npz(x=floats(2), y=texts("a", ""))}, "data show a.npz",
        change={"a.npz": npz(x=floats(1), y=texts("a"))}),
    "training examples are {}, test examples {}": Case(
        {"a.npz": npz(x_train=floats(4), x_test=floats(4, 3))}, "data show a.npz",
        change={"a.npz": npz(x_train=floats(4), x_test=floats(4))}),
    "training or test examples have answers, but not both": Case(
        {"a.npz": npz(x_train=floats(4), y_train=whole(4), x_test=floats(4))}, "data show a.npz",
        change={"a.npz": npz(x_train=floats(4), y_train=whole(4), x_test=floats(4), y_test=whole(4))}),
    "no array has a usual name of examples, such as x or data; its arrays are {:.300}": Case(
        {"a.npz": npz(first=floats(4), second=whole(4), third=whole(4))}, "data show a.npz",
        "data show a.npz --inputs first --answers second"),
    "it has no array '{}'; its arrays are {:.300}": Case(
        {"a.npz": npz(x=floats(4), y=whole(4))}, "data show a.npz --answers z",
        "data show a.npz --answers y"),
    "the file has no columns by which rows could be divided": Case(
        {"a.npz": npz(x=floats(4), y=whole(4))}, "data show a.npz --group x", "data show a.npz"),
    "arrays take no test file": Case(
        {"a.npz": npz(x=floats(4), y=whole(4))}, "data show a.npz --test-data a.npz",
        change={"a.npz": npz(x_train=floats(4), y_train=whole(4), x_test=floats(4), y_test=whole(4))},
        cure="data show a.npz"),
    # Tables.
    "'{}' files are not read": Case(
        {"t.parquet": "PAR1", "t.csv": rows()}, "data show t.parquet", "data show t.csv"),
    "'{}' is a file, but not of a kind that is read": Case(
        {"t.doc": rows()}, "train --data t.doc", TRAIN, change={"t.csv": rows()}),
    "the Zstandard data is damaged at byte {} or cut short": Case(
        {"t.csv.zst": b"\x28\xb5\x2f\xfd\0\0"}, "data show t.csv.zst", change={"t.csv.zst": rows()}),
    'the header has "{}" twice': Case(
        {"t.csv": rows(first="a,a,kind")}, "data show t.csv", change={"t.csv": rows()}),
    "holding out {} of {} windows, and {} in front of them that look at the same rows, leaves none to train on": Case(
        {"s.csv": series()}, SERIES + " --validation 90%", SERIES + " --validation 20%"),
    'the header has no column "{}", the {} of the rows': Case(
        {"s.csv": series(), "n.csv": series(first="when,x,y")}, "predict m.safetensors n.csv",
        change={"n.csv": series()}, prepare=(SERIES + " --time t",)),
    "windows are taken of the rows of a text table": Case(
        {"a.npz": npz(x=floats(8), y=whole(8)), "s.csv": series()}, ARRAYS + " --window 3", SERIES),
    "{}, and there are {}{}{}": Case(
        {"s.csv": series()}, SERIES + " --window 100 --test-share 0", SERIES + " --test-share 0"),
    "{}, and there are {}{}{}#to test on": Case(
        {"s.csv": series()}, SERIES + " --window 10", SERIES),
    "{}, and there are {}{}{}#of data that are shown": Case(
        {"s.csv": series()}, "data show s.csv --window 10", "data show s.csv --window 3"),
    "{}, and there are {}{}{}#far ahead": Case(
        {"s.csv": series()}, SERIES + " --horizon 1000", SERIES + " --horizon 2"),
    "{}, and there are {}{}{}#of a model": Case(
        {"s.csv": series(), "n.csv": series(range(2))}, "predict m.safetensors n.csv --steps 2",
        change={"n.csv": series(range(3))}, prepare=(SERIES + " --ignore t,x",)),
    "{}, and there are {}{}{}#of a model that is judged": Case(
        {"s.csv": series(), "n.csv": series(range(2))}, "evaluate m.safetensors --data n.csv",
        change={"n.csv": series(range(4))}, prepare=(SERIES,)),
    "{} learned numbers for each of {} categories of \"{}\" are more than the {} allowed": Case(
        {"t.csv": "code,y\n" + "".join(f"c{i // 4},{i % 7}\n" for i in range(24000))},
        "data show t.csv --embed code=4096", "data show t.csv --embed code=2795"),
    "'{}' does not say how many learned numbers \"{}\" becomes": Case(
        {"t.csv": rows()}, TRAIN + " --embed b=many", TRAIN + " --embed b=8"),
    "the old model has learned numbers for other categories or words than those of this table": Case(
        {"t.csv": rows()}, "train --data t.csv --epochs 1 --from old.safetensors --output new.safetensors",
        "train --data t.csv --epochs 1 --from old.safetensors --output new.safetensors --embed b=8",
        prepare=(TRAIN + " --embed b=8 --output old.safetensors",)),
    "several series are not divided into folds": Case(
        {"s.csv": two_series()}, SERIES + " --group x --cv 2", SERIES + " --group x --seeds 2"),
    "no group has more rows than the {:g} to test on": Case(
        {"s.csv": two_series()}, SERIES + " --group x --test-share 60", SERIES + " --group x --test-share 8"),
    "the model answers for each row, and forecasts none": Case(
        {"t.csv": rows(), "s.csv": series()}, "predict m.safetensors t.csv --steps 2",
        "predict n.safetensors s.csv --steps 2",
        prepare=(*MODEL, SERIES.replace("m.safe", "n.safe") + " --ignore t,x")),
    "only rows of a table follow one another in time": Case(
        {"s.csv": series(), "a.npz": npz(x=floats(8))}, "predict m.safetensors a.npz --steps 2",
        "predict m.safetensors s.csv --steps 2", prepare=(SERIES + " --ignore t,x",)),
    "a picture is drawn of a forecast of several rows": Case(
        {"s.csv": series()}, "predict m.safetensors s.csv --picture p.svg",
        "predict m.safetensors s.csv --picture p.svg --steps 24", prepare=(SERIES + " --ignore t,x",)),
    "embedding takes rows of categories alone, and columns of the table are embedded": Case(
        {"t.csv": rows()}, TRAIN + ' --embed b=2 --network "embedding(9, 2) -> last -> dense(2)"', TRAIN + " --embed b=2"),
    "windows have no weights": Case({"s.csv": series()}, SERIES + " --weight x", SERIES),
    "windows forecast numbers, not classes": Case(
        {"s.csv": series()}, SERIES + " --task classification", SERIES + " --task regression"),
    'row {} {} row {} before it, by "{}": windows are rows in the order of time': Case(
        {"s.csv": series([0, 2, 1, *range(3, 40)])}, SERIES + " --time t", change={"s.csv": series()}),
    'row {} {} row {} before it, by "{}": windows are rows in the order of time#the same': Case(
        {"s.csv": series([0, 1, 1, *range(3, 40)])}, SERIES + " --time t", change={"s.csv": series()}),
    'row {} {} row {} before it, by "{}": windows are rows in the order of time#of several series': Case(
        {"s.csv": two_series()}, SERIES + " --time t", SERIES + " --time t --group x"),
    "row {} is left out, because a value is missing, and windows need every row": Case(
        {"s.csv": series() + "40,1,\n"}, SERIES, change={"s.csv": series()}),
    "{} is for windows of rows": Case(
        {"t.csv": rows(), "s.csv": series()}, TRAIN + " --horizon 2", SERIES + " --horizon 2"),
    "the answer stands behind the window": Case(
        {"s.csv": series()}, SERIES + " --horizon 0", SERIES + " --horizon 1"),
    "'{}' has {} twice": Case(
        {"s.csv": series()}, SERIES + " --horizon 2,2", SERIES + " --horizon 2"),
    "the model is written as safetensors, and '{}' says that it is something else": Case(
        {"t.csv": rows()}, TRAIN + " --output m.onnx", TRAIN + " --output m.safetensors"),
    "the picture is written as SVG, and '{}' says that it is something else": Case(
        {"t.csv": rows()}, TRAIN + " --curve c.png", TRAIN + " --curve c.svg"),
    "rows are divided by groups or by time": Case(
        {"t.csv": rows()}, TRAIN + " --group a --time b", TRAIN + " --group a"),
    "no column is left as a feature": Case(
        {"t.csv": "kind\n" + "x\ny\n" * 20}, "data show t.csv", change={"t.csv": rows()}),
    "labels are 0 or 1, and a target has other values": Case(
        {"t.csv": rows(first="x,p,q", line="{0},{1},{0}")},
        "data show t.csv --target p --target q --task multi-label",
        "data show t.csv --target p --target q --task regression"),
    "a value is missing in every row, and such rows are left out": Case(
        {"t.csv": rows(line="{0},,{2}\n,{1},{2}")}, "data show t.csv --missing drop",
        "data show t.csv --missing mean"),
    "the target is missing in every row": Case(
        {"t.csv": rows(line="{0},{1},")}, "data show t.csv --target kind", "data show t.csv --target a"),
    "this character cannot be a delimiter": Case(
        {"t.csv": rows()}, "data show t.csv --delimiter 5", "data show t.csv --delimiter ,"),
    "'{}' is no delimiter, which is one character or a word for it": Case(
        {"t.csv": rows().replace(",", ";")}, "data show t.csv --delimiter :::",
        'data show t.csv --delimiter ";"'),
    "the first line may be a header or not: '{}' stands above numbers, and '{}' is a number as those "
    "below": Case(
        {"t.csv": rows(first="a,7.5,kind")}, "data show t.csv", "data show t.csv --header yes"),
    "a model tells the classes of one target, and these are {}": Case(
        {"t.csv": rows(first="a,p,q", line="{0},{2},{2}")},
        "data show t.csv --target p --target q --task classification",
        "data show t.csv --target p --task classification"),
    'several labels are several targets, and "{}" is one': Case(
        {"t.csv": rows()}, "data show t.csv --task multi-label",
        "data show t.csv --task classification"),
    "several targets are numbers, or 0 and 1, or yes and no, and \"{}\" has texts such as '{}'": Case(
        {"t.csv": rows()}, "data show t.csv --target kind --target b", "data show t.csv --target kind"),
    'the column "{}" is named twice': Case(
        {"t.csv": rows()}, "data show t.csv --ignore a --ignore a", "data show t.csv --ignore a"),
    "there is no column '{}'": Case(
        {"t.csv": rows()}, "data show t.csv --target a,b", "data show t.csv --target a --target b"),
    "the column \"{}\" has texts that are no numbers, such as '{}'": Case(
        {"t.csv": rows(first="a,c,kind", line="{0},k{2},{2}")}, "data show t.csv --numeric c",
        "data show t.csv"),
    "the file has one target, and several labels are several": Case(
        {"a.svm": "1 1:4\n0 1:2\n"}, "data show a.svm --task multi-label",
        "data show a.svm --task classification"),
    "there is no column '{}' among its {} columns": Case(
        {"t.csv": rows()}, "data show t.csv --target zebra", "data show t.csv --target 3"),
    'the column "{}" is named for two purposes': Case(
        {"t.csv": rows()}, "data show t.csv --target a --ignore a", "data show t.csv --target a"),
    'the column "{}" is named for two purposes#2': Case(
        {"t.csv": rows()}, "data show t.csv --ignore kind", "data show t.csv --target a --ignore kind"),
    'the column "{}" has texts that are no times': Case(
        {"t.csv": rows(first="a,b,c,kind", line="{0},{1},n{0}{2},{2}")}, TRAIN + " --time c",
        TRAIN + " --group c"),
    "the header has no column{} {}": Case(
        {"t.csv": rows(), "u.csv": rows(first="a,bb,kind")}, "predict m.safetensors u.csv", prepare=MODEL,
        change={"u.csv": rows()}),
    "the header has no column{} {}#2": Case(
        {"t.csv": rows(), "u.csv": rows(first="a,b", line="{0},{1}")},
        "evaluate m.safetensors --data u.csv", "predict m.safetensors u.csv", prepare=MODEL),
    "the header has no column{} {}#3": Case(
        {"t.csv": rows(), "u.csv": "1,2\n3,4\n"}, "predict m.safetensors u.csv", prepare=MODEL,
        change={"u.csv": "a,b\n1,2\n3,4\n"}),
    "the only line is read as the header, and it names no column": Case(
        {"t.csv": rows(), "u.csv": "1,2\n"}, "predict m.safetensors u.csv", prepare=MODEL,
        change={"u.csv": "a,b\n1,2\n"}),
    "only the cells of a text table can be missing": Case(
        {"a.npz": npz(x=floats(4), y=whole(4))}, "data show a.npz --missing mean", "data show a.npz"),
    "it has {} columns, not {}": Case(
        {"t.csv": rows(first="1,2.5,x"), "u.csv": "1,2,3,4\n2,3,4,5\n"}, "predict m.safetensors u.csv",
        prepare=MODEL, change={"u.csv": "1,2\n2,3\n"}),
    "the file is empty": Case({"t.csv": ""}, "data show t.csv", change={"t.csv": rows()}),
    "the file has a header but no rows": Case(
        {"t.csv": "a,b,kind\n"}, "data show t.csv --header yes", change={"t.csv": rows()}),
    "a column's name of {} bytes": Case(
        {"t.csv": rows(first="a," + "b" * 70000 + ",kind")}, "data show t.csv",
        change={"t.csv": rows()}),
    "the first line has more than the {} columns allowed": Case(
        {"t.csv": "," * 1_000_001 + "\n"}, "data show t.csv", change={"t.csv": rows()}),
    "the quote that begins this field is never closed": Case(
        {"t.csv": rows() + '1,2,"x\n'}, "data show t.csv", change={"t.csv": rows() + '1,2,"x"\n'}),
    "a weight below 0": Case(
        {"t.csv": rows(line="{0},-1,{2}")}, "data show t.csv --weight b", change={"t.csv": rows()}),
    "the weight is missing": Case(
        {"t.csv": rows() + "1,,x\n"}, "data show t.csv --weight b", change={"t.csv": rows()}),
    "'{}' is no answer: {}": Case(
        {"t.csv": rows(), "u.csv": rows() + "1,2,inf\n"}, "evaluate m.safetensors --data u.csv",
        change={"u.csv": rows() + "1,2,\n"}, prepare=MODEL),
    "{} is not a number": Case(
        {"a.svm": "1 1:x\n0 1:2\n"}, "data show a.svm", change={"a.svm": "1 1:3\n0 1:2\n"}),
    "{} is too large for 32 bits": Case(
        {"a.svm": "1 1:1e300\n0 1:2\n"}, "data show a.svm", change={"a.svm": "1 1:3\n0 1:2\n"}),
    "an entry that is not index:value": Case(
        {"a.svm": "1 1:3 x\n0 1:2\n"}, "data show a.svm", change={"a.svm": "1 1:3\n0 1:2\n"}),
    "index {} after index {}": Case(
        {"a.svm": "1 2:3 1:4\n0 1:2\n"}, "data show a.svm", change={"a.svm": "1 1:4 2:3\n0 1:2\n"}),
    "index {} of at most {}": Case(
        {"a.svm": "1 3000000:4\n0 1:2\n"}, "data show a.svm", change={"a.svm": "1 30:4\n0 1:2\n"}),
    "the file has no rows": Case(
        {"a.svm": "# none\n"}, "data show a.svm", change={"a.svm": "1 1:4\n0 1:2\n"}),
    "no row has a feature": Case(
        {"a.svm": "1\n0\n"}, "data show a.svm", change={"a.svm": "1 1:4\n0 1:2\n"}),
    "the text has a NUL byte": Case(
        {"t.csv": rows() + "1,2,\0\n"}, "data show t.csv", change={"t.csv": rows()}),
    "byte {} of the text, 0x{:02X}, is not UTF-8": Case(
        {"t.csv": rows().encode() + b"1,2,\xff\n"}, "data show t.csv", change={"t.csv": rows()}),
    "a carriage return without a line feed": Case(
        {"t.csv": rows() + "1,2,\rx\n"}, "data show t.csv", change={"t.csv": rows()}),
    "there is text behind the closing quote": Case(
        {"t.csv": rows() + '1,2,"x"y\n'}, "data show t.csv",
        change={"t.csv": rows() + '1,2,"x""y"\n'}),
    "the line has {} of the {} fields of the first line": Case(
        {"t.csv": rows() + "1,2,x,y\n"}, "data show t.csv", change={"t.csv": rows() + '1,2,"x,y"\n'}),
    "{} has values near {:.6g} with a standard deviation of {:.3g}, and 32 "
    "bits tell numbers there apart only if they differ by {:.3g}": Case(
        {"t.csv": rows(first="a,b,when", line="{0},{1},17000000{0:02}.5")}, "data show t.csv",
        change={"t.csv": rows(first="a,b,when", line="{0},{1},{0}.5")}),
    "the number is too large for 32 bits": Case(
        {"t.csv": rows(line="{0},{1}e300,{2}")}, "data show t.csv", "data show t.csv --ignore b"),
    "'{}' where {} belongs{}{}": Case(
        {"t.csv": rows(), "u.csv": rows() + "1,lots,x\n"}, "predict m.safetensors u.csv",
        "predict m.safetensors u.csv --missing-text lots", prepare=MODEL),
    "'{}' {} a percent sign, and the column that was trained on had {}": Case(
        {"t.csv": rows(line="{0}%,{1},{2}"), "u.csv": "a,b\n5,1\n"}, "predict m.safetensors u.csv",
        prepare=MODEL, change={"u.csv": "a,b\n5%,1\n"}),
    "{} of the {} numbers of the column have a percent sign, and '{}' has {}": Case(
        {"t.csv": rows(line="{0}%,{1},{2}") + "5,1,x\n"}, "data show t.csv", "data show t.csv --ignore a"),
    "'{}' is none of the {} categories known": Case(
        {"t.csv": rows(first="a,c,kind", line="{0},k{2},{2}"), "u.csv": "a,c\n1,new\n"},
        "predict m.safetensors u.csv --unseen error", "predict m.safetensors u.csv --unseen usual",
        prepare=MODEL),
    "the group or the time of the row is missing": Case(
        {"t.csv": rows() + ",1,x\n"}, TRAIN + " --group a", TRAIN + " --group a --missing drop"),
    "the group or the time of the row is missing#of windows": Case(
        {"s.csv": series() + ",1,2\n"}, SERIES + " --time t", change={"s.csv": series() + "40,1,2\n"}),
    "the group or the time of the row is missing#of a series": Case(
        {"s.csv": two_series() + "40,,2\n"}, SERIES + " --time t --group x",
        change={"s.csv": two_series() + "40,a,2\n"}),
    "the value is missing#of windows": Case(
        {"s.csv": series() + "40,,2\n"}, SERIES + " --missing error", SERIES + " --missing mean"),
    "the value is missing": Case(
        {"t.csv": rows() + "1,,x\n"}, "data show t.csv --missing error", "data show t.csv --missing mean"),
    "{} of the {} values of the column are {}s, but not '{}'{}": Case(
        {"t.csv": rows() + "1,lots,x\n"}, "data show t.csv", "data show t.csv --missing-text lots"),
    "{} of the {} values of the column are {}s, but not '{}'{}#2": Case(
        {"t.csv": rows(line="{0},{2},{0}") + "1,x,lots\n"}, "data show t.csv",
        "data show t.csv --task classification"),
    "{} of the {} values of the column are {}s, but not '{}'{}#3": Case(
        {"t.csv": "Report,2024,draft\n" + rows()}, "data show t.csv --header yes",
        change={"t.csv": rows()}),
    "{} of the {} values of the column are {}s, but not '{}'{}#4": Case(
        {"t.csv": rows(first="a,b,kind\ncm,kg,x")}, "data show t.csv", change={"t.csv": rows()}),
}

# Errors that no command on a machine in order ends in, and why.
LIBRARY = "a program's, not the command line's: the options of commands are checked before"
UNREACHABLE = {
    "the sequence has {} positions": "a line of many megabytes",
    "{} positions of {} channels in a sequence": "a file of many megabytes",
    "a sequence of {} positions": "a file of many megabytes",
    "more than {} files": "millions of files",
    "the folder cannot be read: {}": "a folder that may not be read",
    "the texts hold more than the {} bytes allowed": LIBRARY,
    "the sequences take more than the {} bytes allowed": LIBRARY,
    "a text is an example by itself, and no row of a window": LIBRARY,
    "the table '{}' of this recipe is not there": "the script fetches it from a registry",
    "examples of {} are no pictures": "the kind of the model is told first",
    "the model was trained on standard input, which is not kept": "standard input",
    "the earlier {} cannot be kept as {}: {}": "a disk that is full just then",
    "cannot read {}: {}": "a file that may not be read",
    "more than {} features": "index {} of at most {} is told first",
    "pictures are not resized by '{}'": LIBRARY,
    "the divisor is {}": LIBRARY,
    "views.cc": LIBRARY,
    "image.cc": LIBRARY,
    "encode_row.cc": LIBRARY,
    "pictures with {} channels": LIBRARY,
    "{} pixels allowed in a picture": LIBRARY,
    "'{:.40}' is no use of a folder": LIBRARY,
    "an image of {}x{}x{} with {} values cannot be written": LIBRARY,
    "the examples are not images in classes": "all data sets that have names are images in classes",
    "only images can be {}, and these data are not images": "so are they",
    "only images of bytes can be corrupted": "and of bytes",
    "label {} in a data set of {} classes": "a published data set whose files were changed",
    "the model does not say what it was trained on": "a model that a program has made",
    "'{}' is not the name of a table": LIBRARY,
    "cannot {} '{}': {}": "a full disk, or a folder that may not be written to",
    "another process is fetching '{}'": "two processes",
    "the fetch of '{}' was stopped": "Ctrl-C",
    "reading the pictures was stopped": "Ctrl-C",
    "no mirror could give '{}':{}": "the network; see tests/data/published",
    "the cache of decoded pictures is not what was written": "a disk that fails",
    "cannot remove it: {}": "a folder that may not be written to",
    "cannot read '{}': {}": "a folder that may not be read",
    "it holds more than the {} bytes allowed": "a terabyte",
    "{} rows of {} features take more than the {} bytes allowed": "a terabyte",
    "the answers are too large for an .npz file": "four gigabytes",
    "more than {} features with all categories": "a million columns",
    "'{}' is one more than the {} categories allowed": "a million categories",
    "a text of {} bytes": "a text of a megabyte",
    "the text has {} bytes": "two gigabytes",
    "a window of no characters": LIBRARY,
    "text is not divided into '{:.40}'": LIBRARY,
    "a temperature of {}": LIBRARY,
    "the model's answers are not numbers": "a model file whose weights were changed",
    "the model's vocabulary is damaged": "a model file that was damaged",
    "the vocabulary has {} tokens and the network gives {}": "a network with fewer outputs is told in training",
    "workbooks are read by the program xlsx2csv, which is not here": "depends on what is installed",
    "xlsx2csv cannot read the workbook": "depends on what is installed",
}

# Errors without a remedy, by problem or by file, and why.
WITHOUT = {
    "'{:.60}' does not say what windows are": "a model file that was damaged",
    "'{:.60}' does not say how a text was taken": "a model file that was damaged",
    "an example without a value": LIBRARY,
    "the JPEG decoder does not start": "a machine out of order",
    "no pipe: {}": "a machine out of order",
    "table_schema.cc": "a model file that was damaged",
    "row_uses.cc": "a model file that was damaged",
    "table_split.cc": "a model file that was damaged",
    "encode_row.cc": LIBRARY,
    "arrays have no columns that a schema could name": LIBRARY,
    "reading was stopped": LIBRARY,
    "more than {} rows": "four billion rows",
}
