"""`lithe rl` as its users run it: list, play, serve, and programs that are environments."""

import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support import LITHE, AppTest  # noqa: E402

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "own_environment.py"
PROGRAM = f"exec {sys.executable} {EXAMPLE}"
NAMES = ["cartpole", "cartpole_swingup", "pendulum", "acrobot", "mountain_car",
         "mountain_car_continuous", "snake", "grid_world"]


def gif_frames(data):
    """Width, height and the number of frames of a GIF, read block by block to its end."""
    assert data[:6] == b"GIF89a", data[:6]
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    frames = 0

    def after_blocks(at):
        while data[at]:
            at += data[at] + 1
        return at + 1
    while data[at] != 0x3b:
        if data[at] == 0x21:
            at = after_blocks(at + 2)
        else:
            assert data[at] == 0x2c, data[at]
            frames += 1
            flags = data[at + 9]
            at = after_blocks(at + 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0))
    assert at == len(data) - 1
    return width, height, frames


class Rl(AppTest):
    def test_list(self):
        text = self.run_lithe("rl", "list").stdout
        for name in NAMES:
            self.assertIn(f"\n{name}" if name != NAMES[0] else name, text)
        self.assertIn("observation     10x10x3: 0 to 1", text)
        self.assertIn("actions         continuous(1): -2 to 2", text)
        self.assertIn("solved at a mean return of 475", text)

    def test_play(self):
        for name in NAMES:
            out = self.run_lithe("rl", "play", name, "--episodes", "2", "--steps", "3000", "--every",
                                 "50", "--gif", "out.gif", "--frames", "frames").stdout
            self.assertRegex(out, r"Episode 1: return .*, \d+ steps, (terminated|truncated)\n")
            self.assertIn("2 episodes: mean return", out)
            pictures = sorted(pathlib.Path(self.folder, "frames").glob("*.png"))
            width, height, frames = gif_frames(pathlib.Path(self.folder, "out.gif").read_bytes())
            self.assertEqual(frames, len(pictures))
            self.assertEqual(struct.unpack_from(">II", pictures[0].read_bytes(), 16), (width, height))
            for picture in pictures:
                picture.unlink()

    def test_play_shows_episodes_to_their_end(self):
        def frames(*more):
            out = self.run_lithe("rl", "play", "grid_world(3x3)", "--episodes", "3", "--frames",
                                 "frames", *more).stdout
            pictures = sorted(pathlib.Path(self.folder, "frames").glob("*.png"))
            content = [picture.read_bytes() for picture in pictures]
            for picture in pictures:
                picture.unlink()
            return [int(n) for n in re.findall(r"(\d+) steps, terminated", out)], content
        lengths, all_frames = frames()
        self.assertEqual(len(all_frames), sum(n + 1 for n in lengths))
        # At the goal, which no episode begins at and which no other frame shows.
        ends = [sum(n + 1 for n in lengths[:i + 1]) - 1 for i in range(3)]
        goal = all_frames[ends[0]]
        self.assertEqual([i for i, frame in enumerate(all_frames) if frame == goal], ends)
        # The first and the last one of each are there whatever is left out between.
        _, few = frames("--every", "1000")
        self.assertEqual(few, [all_frames[i] for end, n in zip(ends, lengths)
                               for i in (end - n, end)])

    def test_gifs_go_as_fast_as_time(self):
        for name, options, frames, hundredths in (
                ("cartpole_swingup", [], 26, 4), ("pendulum", [], 101, 5), ("mountain_car", [], 101, 3),
                ("cartpole_swingup", ["--every", "10"], 11, 10), ("pendulum", ["--fps", "50"], 101, 2)):
            with self.subTest(name, options=options):
                self.run_lithe("rl", "play", name, "--steps", "100", "--gif", "out.gif", "--seed",
                               "2", *options)
                gif = pathlib.Path(self.folder, "out.gif").read_bytes()
                self.assertEqual(gif_frames(gif)[2], frames)
                delay = struct.unpack_from("<H", gif, gif.index(b"\x21\xf9\x04") + 4)[0]
                self.assertEqual(delay, hundredths)

    def test_the_seed_decides(self):
        def play(seed):
            return self.run_lithe("rl", "play", "snake", "--episodes", "5", "--seed", seed).stdout
        self.assertEqual(play("3"), play("3"))
        self.assertNotEqual(play("3"), play("4"))

    def test_play_draws_in_a_terminal(self):
        shown, terminal = pty.openpty()
        with subprocess.Popen([LITHE, "rl", "play", "snake(4x4)", "--fps", "1000"], stdout=terminal,
                              env=self.environment) as playing:
            os.close(terminal)
            text = b""
            try:
                while piece := os.read(shown, 65536):
                    text += piece
            except OSError:
                pass  # the other end has been closed
            self.assertEqual(playing.wait(), 0)
        self.assertIn("\u2580".encode(), text)
        self.assertIn(b"\033[38;2;", text)
        self.assertIn(b"Episode 1", text)

    def test_play_a_program(self):
        out = self.run_lithe("rl", "play", "--env-command", PROGRAM, "--episodes", "3").stdout
        self.assertIn("3 episodes", out)
        self.assertIn("cannot be drawn", self.run_lithe(
            "rl", "play", "--env-command", PROGRAM, "--gif", "out.gif", status=2).stderr)

    def test_play_lithe_by_lithe(self):
        out = self.run_lithe("rl", "play", "--env-command", f"{LITHE} rl serve pendulum").stdout
        self.assertIn("200 steps, truncated", out)

    def test_bad_programs(self):
        spaces = '{"observation":{"shape":[1]},"action":{"n":2}}'
        for command, words in [("/no/such/program", ["not found", "status 127", "process"]),
                               ("read l; echo words", ["not JSON", "words"]),
                               ("echo why >&2; exit 4", ["status 4: why"]),
                               (f"read l; echo '{spaces}'; read l; echo '{{}}'", ["observation"])]:
            error = self.run_lithe("rl", "play", "--env-command", command, status=1).stderr
            for word in words:
                self.assertIn(word, error)
        flood = self.run_lithe("rl", "play", "--env-command", "yes >&2", "--env-time-limit", "0.2",
                               status=1).stderr
        self.assertIn("in time", flood)
        error = self.run_lithe("rl", "play", "--env-command", "sleep 100", "--env-time-limit", "0.2",
                               status=1).stderr
        self.assertIn("in time", error)

    def test_mistakes(self):
        for arguments, words in [(["snake(1x1)"], "4 to 128"),
                                 (["snake(10000x10000)"], "10000x10000"),
                                 (["snakes"], "try: snake"),
                                 ([], "no environment is given"),
                                 (["snake", "--env-command", "true"], "a program are given"),
                                 (["snake", "--policy", "wise"], "random")]:
            self.assertIn(words, self.run_lithe("rl", "play", *arguments, status=2).stderr)
        self.assertIn("no-such-folder", self.run_lithe(
            "rl", "play", "snake", "--gif", "no-such-folder/out.gif", status=1).stderr)

    def test_serve(self):
        questions = [
            {"command": "spaces"}, {"command": "reset", "seed": 5},
            {"command": "step", "action": 1}, {"command": "save"}, {"command": "reset", "seed": 5},
            {"command": "step", "action": 1}, {"command": "step", "action": 2},
            {"command": "fly"}, {"command": "restore", "state": [0, 0, 0]},
            {"command": "restore", "state": [0, 0, 0.2, 9]}, {"command": "step", "action": 1},
            {"command": "step", "action": 1}]
        lines = "".join(json.dumps(q) + "\n" for q in questions) + "nonsense\n"
        result = subprocess.run([LITHE, "rl", "serve", "cartpole"], input=lines, text=True,
                                capture_output=True, timeout=60, env=self.environment, check=True)
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(len(answers), len(questions) + 1)
        self.assertEqual(answers[0]["action"], {"n": 2})
        self.assertEqual(answers[0]["observation"]["high"][1], None)
        self.assertEqual(answers[2], answers[5])
        self.assertEqual(answers[2]["reward"], 1)
        self.assertEqual(len(answers[3]["state"]), 4)
        for place, word in [(6, "0 to 1"), (7, "fly"), (8, "3 values"), (12, "command")]:
            self.assertIn(word, answers[place]["error"])
        self.assertTrue(answers[10]["terminated"])
        self.assertIn("over", answers[11]["error"])


if __name__ == "__main__":
    unittest.main()
