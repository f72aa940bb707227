#!/usr/bin/env python3
"""The house rules as a test: layers, banned tokens, sizes, unlisted files, empty tests, purity of the core.

    tools/tidy/tidy.py [--root DIR] [--purity BUILD_DIR]

Prints one line per finding (file:line: rule: what) and exits 1 when there is any. Rules: CONTRIBUTING.md.
"""

import argparse
import pathlib
import sys

import purity
import rules


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    arguments.add_argument("--purity", type=pathlib.Path, metavar="BUILD_DIR",
                           help="also check the symbols of the core's archives in this build")
    options = arguments.parse_args()
    tree = rules.Tree(options.root)
    findings = [finding for rule in rules.ALL for finding in rule(tree)]
    if options.purity:
        findings += purity.check(options.purity)
    for finding in findings:
        print(finding)
    print(f"tidy: {len(tree.files)} files, {len(rules.ALL) + bool(options.purity)} rules, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
