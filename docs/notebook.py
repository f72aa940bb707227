#!/usr/bin/env python3
"""docs/notebook.py TABLES [FOLDER]: reads what `orbsim export CAPSULE --csv TABLES` wrote and draws two figures into FOLDER.

Cells begin with "# %%", as Jupyter and editors know them. Needs Debian's python3-pandas and python3-matplotlib.
docs/notebook.py --check TABLES needs neither: it reads every column that the figures are made of.
"""
# %% What is read
import csv
import json
import pathlib
import sys

COLUMNS = {
    "messages.csv": {"time_us": int, "fate": str, "from": int, "to": int, "type": str, "id": str, "bytes": int, "drop": str},
    "operations.csv": {"peer": int, "kind": str, "begun_us": int, "took_us": int, "outcome": str, "tries": int, "subject": str},
    "peers.csv": {"peer": int, "group": str, "region": str, "node_id": str, "honest": int, "client": int, "up": int,
                  "contacts": int},
}


def check(tables):
    """Every row of every table has these columns, with values of these types; says how many there are."""
    for name, columns in COLUMNS.items():
        with open(tables / name, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file, strict=True)
            if reader.fieldnames != list(columns):
                raise ValueError(f"{name}: found the columns {reader.fieldnames}, expected {list(columns)}")
            rows = 0
            for row in reader:
                for column, kind in columns.items():
                    kind(row[column])
                rows += 1
        print(f"{rows} {name.removesuffix('.csv')}")
    with open(tables / "events.jsonl", encoding="utf-8") as file:
        print(f"{sum(1 for line in file if json.loads(line)['time_us'] >= 0)} events")


def load(tables):
    import pandas
    types = {str: "string", int: "int64"}
    return {name.removesuffix(".csv"): pandas.read_csv(tables / name, keep_default_na=False,
                                                       dtype={column: types[kind] for column, kind in columns.items()})
            for name, columns in COLUMNS.items()}


# %% Messages per second, by what became of them
def draw_messages(messages, axes):
    second = messages["time_us"] // 1_000_000
    counts = messages.groupby([second, "fate"], observed=True).size().unstack(fill_value=0)
    for fate in ("sent", "delivered", "dropped"):
        if fate in counts:
            axes.plot(counts.index, counts[fate], label=fate)
    axes.set(xlabel="simulated time (s)", ylabel="messages per second")
    axes.legend()


# %% How long messages travelled, and how long operations took: the share that took no longer
def draw_durations(messages, operations, axes):
    import pandas
    # A message that is sent again keeps its id: what arrives comes of the last sending.
    sent = messages[messages["fate"] == "sent"].assign(sent_us=messages["time_us"])
    arrived = pandas.merge_asof(messages[messages["fate"] == "delivered"], sent, on="time_us", by=["from", "to", "type", "id"])
    durations = {"message": (arrived["time_us"] - arrived["sent_us"]).dropna()}
    finished = operations[~operations["outcome"].isin(["stopped", "replaced", "unfinished"])]
    durations.update(dict(iter(finished.groupby("kind")["took_us"])))
    for kind, took in durations.items():
        ordered = took.sort_values() / 1000
        axes.step(ordered, [(i + 1) / len(ordered) for i in range(len(ordered))], where="post", label=f"{kind} ({len(ordered)})")
    axes.set(xscale="log", xlabel="duration (ms)", ylabel="share", ylim=(0, 1.02))
    axes.legend()


# %% Both
def draw(tables, folder):
    import matplotlib
    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "orbweaver"  # Equal runs draw equal files.
    from matplotlib import pyplot
    data = load(tables)
    for name, paint in (("messages", lambda axes: draw_messages(data["messages"], axes)),
                        ("durations", lambda axes: draw_durations(data["messages"], data["operations"], axes))):
        figure, axes = pyplot.subplots(figsize=(8, 3.6), layout="constrained")
        paint(axes)
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
        print(folder / f"{name}.svg")


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--check":
        check(pathlib.Path(arguments[1]))
    elif len(arguments) in (1, 2) and not arguments[0].startswith("-"):
        draw(pathlib.Path(arguments[0]), pathlib.Path(arguments[-1] if len(arguments) == 2 else "."))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
