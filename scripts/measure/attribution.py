"""A Markov model of order 1 by ChannelAttribution, with its own defaults: how long it takes with the paths already in memory
(the least of three), and what share of the conversions it gives to each channel."""

import contextlib
import json
import sys
import time

with contextlib.redirect_stdout(sys.stderr):
    import ChannelAttribution
    import pandas

    paths = pandas.read_csv(sys.argv[1])
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        said = ChannelAttribution.markov_model(
            paths, "path", "conversions", var_value="value", var_null="nulls", order=1, sep=">", verbose=False, flg_pro=False
        )
        seconds.append(time.perf_counter() - start)
frame = said[0] if isinstance(said, (list, tuple)) else said
if isinstance(said, dict):
    frame = said["result"]
columns = dict(zip(frame["channel_name"], frame["total_conversions"], strict=True))
whole = sum(columns.values())
json.dump({"seconds": min(seconds), "shares": {name: float(part / whole) for name, part in columns.items()}}, sys.stdout)
