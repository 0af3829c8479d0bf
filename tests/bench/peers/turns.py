"""The peer's side of a contest: says who takes part, then runs whose turn it is.

Prints one line of JSON that names the engine and its contestants. Then each line of the input, a contestant and a number of steps
separated by a tab, is answered by the seconds that they took.
"""

import json
import sys
import time


def answer(version, makers):
    print(json.dumps({"version": version, "contestants": list(makers)}), flush=True)
    made = {}
    for line in sys.stdin:
        name, times = line.rstrip("\n").split("\t")
        if name not in made:
            made[name] = makers[name]()
        step, times = made[name], int(times)
        begun = time.perf_counter()
        for _ in range(times):
            step()
        print(time.perf_counter() - begun, flush=True)
