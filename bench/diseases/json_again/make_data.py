"""Writes dialogues as lines of JSON."""

import json
import random

random.seed(26)
with open("dialogues.jsonl", "w") as file:
    for index in range(100_000):
        tokens = [random.randrange(2000) for _ in range(40)]
        record = {"id": index, "tokens": tokens, "meta": {"source": "synthetic", "turns": 2},
                  "label": int(sum(token < 100 for token in tokens) > 1)}
        file.write(json.dumps(record) + "\n")
