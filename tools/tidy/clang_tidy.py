#!/usr/bin/env python3
"""clang-tidy over every source file that is built, in parallel. What was clean and has not changed is skipped.

    tools/tidy/clang_tidy.py [--jobs N] [PREFIX...]

PREFIX chooses files by how their paths begin: core, sim/world, tests/core/base/ids_test.cc. Without one all are checked.
The files are those of the compile commands of the preset `tidy`: a new folder takes part as soon as it is built. A file
is checked again when it changes, or a header that it includes (also the system's), its compile command, .clang-tidy or
clang-tidy itself; build/tidy/stamps holds a stamp per file. Prints the findings and exits 1 when there is any.

Most of the time goes into the headers, so files with the same compile command are checked as one source that includes
them all; where their names clash, its halves are.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATABASE = ROOT / "build/tidy/compile_commands.json"
STAMPS = ROOT / "build/tidy/stamps"
BATCHES = ROOT / "build/tidy/batches"
BATCH_FILES = 12
# Headers that the build makes and that sources include.
GENERATED = ["core_wire_proto", "bench_envelope"]


def arguments_of(command):
    """A compile command without its launcher, its output and the request to compile."""
    words = shlex.split(command)
    if pathlib.PurePath(words[0]).name == "ccache":
        words = words[1:]
    kept, skip = [], False
    for word in words:
        if skip or word in ("-o", "-c"):
            skip = word == "-o"
            continue
        kept.append(word)
    return kept


def sources(entries, root, prefixes):
    """path -> arguments, for the files of the tree that begin with a prefix, in the order of their paths."""
    chosen = {}
    for entry in entries:
        path = pathlib.Path(entry["file"])
        if not path.is_relative_to(root) or path.is_relative_to(root / "build"):
            continue
        name = path.relative_to(root).as_posix()
        if not prefixes or any(name == p or name.startswith(p.rstrip("/") + "/") for p in prefixes):
            chosen[name] = arguments_of(entry["command"])
    return dict(sorted(chosen.items()))


def batches(files, names):
    """Lists of names whose compile commands differ in the source alone."""
    groups = {}
    for name in names:
        groups.setdefault(tuple(files[name][:-1]), []).append(name)
    return [group[i:i + BATCH_FILES] for group in groups.values() for i in range(0, len(group), BATCH_FILES)]


class Digests:
    """The hash of each file, read once."""

    def __init__(self):
        self.known = {}

    def of(self, path):
        if path not in self.known:
            try:
                self.known[path] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
            except OSError:
                self.known[path] = ""
        return self.known[path]


class Stamp:
    """What a file was clean with: the key (command, configuration, program) and the digest of all that it includes."""

    def __init__(self, folder, name, key):
        self.path = folder / (name.replace("/", "__") + ".json")
        self.key = key

    def holds(self, digests):
        try:
            stamp = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return False
        return stamp["key"] == self.key and all(digests.of(path) == digest for path, digest in stamp["files"].items())

    def write(self, files, digests):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps({"key": self.key, "files": {path: digests.of(path) for path in files}})
        partial = self.path.with_suffix(".partial")
        partial.write_text(content)
        partial.replace(self.path)


def key_of(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def included(arguments, folder):
    """The file and all that it includes, as the compiler lists them in a rule for make."""
    rule = subprocess.run(arguments + ["-M"], cwd=folder, capture_output=True, text=True, check=True).stdout
    names = rule.split(":", 1)[1].replace("\\\n", " ").split()
    return [os.path.normpath(os.path.join(folder, name)) for name in names]


class Gate:
    def __init__(self, database, stamps, program="clang-tidy"):
        self.stamps = stamps
        self.folder = database.parent
        self.program = program
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        self.setting = [version, (ROOT / ".clang-tidy").read_text()]
        self.digests = Digests()

    def stamp(self, name, arguments):
        return Stamp(self.stamps, name, key_of(*self.setting, *arguments))

    def check(self, names, arguments):
        """The findings in files of one compile command; empty when they are clean, which is then remembered."""
        files = {name: included([*arguments, str(ROOT / name)], self.folder) for name in names}
        for path in {path for paths in files.values() for path in paths}:
            self.digests.of(path)  # Before the check: a change during it is a change.
        run = self.run(names, arguments)
        if run.returncode == 0 and ": warning: " not in run.stdout:
            for name in names:
                self.stamp(name, [*arguments, str(ROOT / name)]).write(files[name], self.digests)
            return ""
        if len(names) > 1:
            half = len(names) // 2
            return self.check(names[:half], arguments) + self.check(names[half:], arguments)
        return run.stdout or run.stderr or f"{names[0]}: clang-tidy ended with {run.returncode} and said nothing\n"

    def run(self, names, arguments):
        source, options = ROOT / names[0], [f"--config-file={ROOT / '.clang-tidy'}"]
        if len(names) > 1:
            BATCHES.mkdir(parents=True, exist_ok=True)
            source = BATCHES / (key_of(*names) + ".cc")
            options.append("--checks=-bugprone-suspicious-include")
            source.write_text("".join(f'#include "{ROOT / name}"\n' for name in names))
        return subprocess.run([self.program, "--quiet", *options, str(source), "--", *arguments[1:], str(source)],
                              cwd=self.folder, capture_output=True, text=True)


def prepare():
    subprocess.run([ROOT / "tools/setup", "clang-tidy"], check=True)
    subprocess.run([ROOT / "tools/build", "tidy", *GENERATED], check=True)
    return json.loads(DATABASE.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("prefix", nargs="*")
    options = parser.parse_args()
    files = sources(prepare(), ROOT, options.prefix)
    if not files:
        print("clang-tidy: no source file begins with " + " or ".join(options.prefix))
        return 1
    gate = Gate(DATABASE, STAMPS)
    stale = [name for name, arguments in files.items() if not gate.stamp(name, arguments).holds(gate.digests)]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for findings in pool.map(lambda names: gate.check(names, files[names[0]][:-1]), batches(files, stale)):
            if findings:
                bad += 1
                print(findings, end="", flush=True)
    print(f"clang-tidy: {len(files)} files, {len(stale)} checked, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
