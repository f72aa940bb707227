"""The commands of tools/cluster: what is typed becomes a request to the supervisor, or starts it."""

import argparse
import json
import pathlib
import socket
import subprocess
import sys
import time

from local_cluster import supervisor, table, words

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NODES_MAX = 200
ANSWER_SECONDS = 30.0
START_SECONDS = 60.0
REFRESH_SECONDS = 1.0
POLL_SECONDS = 0.1
CLUSTER_MIN, CLUSTER_SIZE = 3, 10  # Defaults of the node's protocol section.
PORTS = 3  # Per node: the proxy, the node itself, its admin pages.


def ask(folder, **request):
    """One request to the supervisor of the folder."""
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(ANSWER_SECONDS)
        try:
            control.connect(str(folder / supervisor.SOCKET))
        except OSError:
            raise words.Mistake(f"{folder}: no cluster runs here; `tools/cluster up 5` starts one") from None
        lines = control.makefile("rwb")
        lines.write(json.dumps(request).encode() + b"\n")
        lines.flush()
        answer = json.loads(lines.readline() or b'{"error": "the supervisor ended"}')
    if "error" in answer:
        raise words.Mistake(answer["error"])
    return answer["ok"]


def joined(cluster):
    return all(node["phase"] == "joined" for node in cluster["nodes"])


# ---- up ----

def program(given):
    if given is not None:
        return str(pathlib.Path(given).resolve())
    built = ROOT / "build" / "release" / "bin" / "orbnode"
    if not built.exists():
        subprocess.run([ROOT / "tools" / "build", "release", "orbnode"], check=True)
    return str(built)


def setting(text):
    path, equals, value = text.partition("=")
    if not path or not equals:
        raise words.Mistake(f'--set: found "{text}", allowed path=value such as limits.inbound=50')
    try:
        return path, json.loads(value)
    except ValueError:
        return path, value


def small(count):
    """What a cluster needs that is smaller than three quarters of a block's default cluster, to write anything at all."""
    return [("protocol.cluster_size", count)] if CLUSTER_MIN <= count < CLUSTER_SIZE else []


def runs(folder):
    try:
        ask(folder, do="status")
    except words.Mistake:
        return False
    return True


def up(options):
    folder = options.dir
    if not 1 <= options.count <= NODES_MAX:
        raise words.Mistake(f"found {options.count} nodes, allowed 1 to {NODES_MAX}")
    if not 1024 <= options.base_port <= 65536 - PORTS:
        raise words.Mistake(f"--base-port: found {options.base_port}, allowed 1024 to {65536 - PORTS}")
    if runs(folder):
        raise words.Mistake(f"{folder}: a cluster runs here already; `tools/cluster down` ends it")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / supervisor.SOCKET).unlink(missing_ok=True)  # Of one that was killed.
    told = {"folder": str(folder), "count": options.count, "port": options.base_port,
            "program": program(options.program), "settings": small(options.count) + [setting(text) for text in options.set]}
    with open(folder / "supervisor.log", "wb") as log:
        process = subprocess.Popen([sys.executable, ROOT / "tools" / "cluster", "serve", json.dumps(told)],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    await_ready(folder, process)
    show(folder)
    return 0


def last_words(folder, number):
    output = folder / f"node-{number}" / "output"
    return (output.read_text(errors="replace").strip().splitlines() or ["it says nothing"])[-1]


def await_ready(folder, process):
    ends = time.monotonic() + START_SECONDS
    cluster = None
    while time.monotonic() < ends:
        if process.poll() is not None:
            text = (folder / "supervisor.log").read_text(errors="replace").strip().splitlines()
            raise words.Mistake(text[-1] if text else "the supervisor ended")
        if (folder / supervisor.SOCKET).exists():
            cluster = ask(folder, do="status")
            if joined(cluster):
                return
            for node in cluster["nodes"]:
                if node["state"].startswith("failed"):
                    raise words.Mistake(f'node {node["node"]} {node["state"]}: {last_words(folder, node["node"])}')
        time.sleep(POLL_SECONDS)
    waiting = [n["node"] for n in (cluster or {"nodes": []})["nodes"] if n["phase"] != "joined"]
    raise words.Mistake(f"after {START_SECONDS:.0f} s these nodes have not joined: {words.node_text(waiting) or 'none runs'}; "
                        f"`tools/cluster status` and `tools/cluster logs N` say more")


# ---- the others ----

def show(folder):
    print("\n".join(table.lines(ask(folder, do="status"))))


def status(options):
    if options.json:
        print(json.dumps(ask(options.dir, do="status")))
        return 0
    if options.once or not sys.stdout.isatty():
        show(options.dir)
        return 0
    try:
        while True:
            text = "\n".join(table.lines(ask(options.dir, do="status")))
            print("\x1b[H\x1b[J" + text + "\n\nCtrl-C ends the view; the cluster goes on.", flush=True)
            time.sleep(REFRESH_SECONDS)
    except KeyboardInterrupt:
        return 0


def logs(options):
    log = options.dir / f"node-{options.node}" / "data" / "node.log"
    if not log.exists():
        raise words.Mistake(f"{log}: there is no log; does the cluster have a node {options.node}?")
    follow = ["-F"] if options.follow else []
    try:
        return subprocess.run(["tail", "-n", str(options.lines), *follow, str(log)]).returncode
    except KeyboardInterrupt:
        return 0


def down(options):
    ask(options.dir, do="down")
    ends = time.monotonic() + ANSWER_SECONDS
    while (options.dir / supervisor.SOCKET).exists() or runs(options.dir):
        if time.monotonic() > ends:
            raise words.Mistake(f"{options.dir}: the cluster has not ended after {ANSWER_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
    return 0


def requesting(make):
    """A command that is one request."""
    def run(options):
        ask(options.dir, **make(options))
        return 0
    return run


def rule(kind):
    def make(o):
        return {"do": "rule", "kind": kind, "a": o.a, "b": o.b, "one_way": o.one_way, "span": o.span,
                "by": getattr(o, "by", None), "reset": getattr(o, "reset", False)}
    return requesting(make)


def add_reach(one):
    one.add_argument("--one-way", action="store_true", help="only from A to B")
    one.add_argument("--for", dest="span", metavar="TIME", help="default: until heal")


def parser():
    whole = argparse.ArgumentParser(prog="tools/cluster", description="a network of real nodes on this machine")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name, run, about):
        one = commands.add_parser(name, help=about, description=about)
        one.add_argument("--dir", type=pathlib.Path, default=ROOT / "build" / "cluster", help="folder of the cluster")
        one.set_defaults(run=run)
        return one

    one = add("up", up, "start N nodes and wait until all have joined")
    one.add_argument("count", type=int, metavar="N")
    one.add_argument("--base-port", type=int, default=7420, help="port of every node; the two after it are used too")
    one.add_argument("--program", help="another orbnode than that of build/release")
    one.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="an option of all node.json")
    one = add("status", status, "the table; on a terminal it is refreshed until Ctrl-C")
    one.add_argument("--once", action="store_true", help="print it once")
    one.add_argument("--json", action="store_true", help="one JSON object")
    one = add("kill", requesting(lambda o: {"do": "kill", "nodes": o.nodes, "at_once": o.at_once}), "stop nodes")
    one.add_argument("nodes")
    one.add_argument("-9", dest="at_once", action="store_true", help="kill them instead (crash)")
    one = add("start", requesting(lambda o: {"do": "start", "nodes": o.nodes}), "start nodes that were stopped")
    one.add_argument("nodes")
    one = add("wipe", requesting(lambda o: {"do": "wipe", "nodes": o.nodes}), "kill nodes, empty their disks, start them")
    one.add_argument("nodes")
    one = add("pause", requesting(lambda o: {"do": "pause", "nodes": o.nodes, "span": o.span}), "halt nodes")
    one.add_argument("nodes")
    one.add_argument("--for", dest="span", metavar="TIME")
    one = add("resume", requesting(lambda o: {"do": "resume", "nodes": o.nodes}), "let halted nodes go on")
    one.add_argument("nodes")
    one = add("cut", rule("partition"), "let nothing pass between A and B")
    one.add_argument("a", metavar="A")
    one.add_argument("b", metavar="B", nargs="?", default="others", help="default: others")
    one.add_argument("--reset", action="store_true", help="reset connections and refuse new ones, instead of silence")
    add_reach(one)
    one = add("delay", rule("delay"), "let everything between A and B take longer")
    one.add_argument("a", metavar="A")
    one.add_argument("b", metavar="B", help='may be "others"')
    one.add_argument("by", metavar="TIME")
    add_reach(one)
    add("heal", requesting(lambda o: {"do": "heal"}), "end all rules and pauses")
    one = add("logs", logs, "the end of a node's log")
    one.add_argument("node", type=int)
    one.add_argument("-n", dest="lines", type=int, default=20)
    one.add_argument("-f", dest="follow", action="store_true", help="go on as it grows")
    add("down", down, "stop everything; the folder stays")
    return whole


def main(arguments):
    if arguments[:1] == ["serve"]:  # By `up` alone.
        supervisor.serve(json.loads(arguments[1]))
        return 0
    options = parser().parse_args(arguments)
    options.dir = options.dir.resolve()
    try:
        return options.run(options)
    except words.Mistake as mistake:
        print(f"cluster: {mistake}", file=sys.stderr)
        return 1
