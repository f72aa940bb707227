"""Each rule takes the Tree and yields findings "file:line: rule: what"."""

import pathlib
import re
import subprocess

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
README_LINES_MAX = 60
CODE = (".h", ".cc")
CODE_ROOTS = ("core", "sim", "node", "tools", "tests")

# docs/architecture.md, section 2: what a layer may name, besides itself.
ALLOWED_LAYERS = {
    "core/base": [],
    "core/codec": ["core/base"],
    "core/crypto": ["core/base"],
    "core/port": ["core/base", "core/codec", "core/crypto"],
    "core/recording": ["core/base", "core/codec", "core/crypto", "core/port"],
    "core/routing": ["core/base", "core/codec", "core/crypto", "core/port"],
    "core/matchmaking": ["core/base", "core/codec", "core/crypto", "core/port", "core/routing"],
    "core/repository": ["core/base", "core/codec", "core/crypto", "core/port"],
    "core/transactions": ["core/base", "core/codec", "core/crypto", "core/port", "core/repository"],
    "core/collections": ["core/base", "core/codec", "core/crypto", "core/port"],
    "core/election": ["core/base", "core/codec", "core/crypto", "core/collections"],
    "core/peer": ["core"],
    "sim/engine": ["core/base"],
    "sim/scenario": ["core", "sim/engine"],
    "sim/history": ["core/base", "sim/scenario"],
    "sim/network": ["core", "sim/engine", "sim/scenario"],
    "sim/observe": ["core", "sim/engine", "sim/scenario", "sim/history", "sim/network"],
    "sim/world": ["core", "sim/engine", "sim/scenario", "sim/network", "sim/observe"],
    "sim/explore": ["core", "sim/engine", "sim/scenario", "sim/network", "sim/observe", "sim/world"],
    "sim/workflow": ["core", "sim"],
    "sim/command_line": ["sim/workflow"],
    "sim": ["core", "sim"],
    "node/base": ["core"],
    "node/log": ["core", "node/base"],
    "node/handshake": ["core/base", "core/codec", "core/crypto"],
    "node/transport": ["core/base", "core/codec", "core/crypto", "node/handshake"],
    "node/storage": ["core/base", "core/codec", "core/port"],
    "node/discovery": ["core", "node/base"],
    "node/config": ["core", "node/base", "node/log", "node/discovery"],
    "node": ["core", "node"],
    "tests": ["core", "node", "sim", "tests"],
}

# (where, pattern, what to use instead). Strings and comments are blanked before matching.
BANNED = [
    ("core", r"\bstd::(thread|mutex|jthread|condition_variable)\b", "no threads in the core"),
    ("core", r"\b(double|float)\b", "integers only in the core"),
    ("sim/engine", r"\b(double|float)\b", "no floating point in a decision"),
    ("sim/network", r"\b(double|float)\b", "no floating point in a decision"),
    ("sim/world", r"\b(double|float)\b", "no floating point in a decision"),
    ("sim/scenario", r"\b(double|float)\b", "no floating point in a decision"),
    ("core", r"#include <(chrono|thread|mutex|atomic|random|cmath|iostream|filesystem|unordered_map|unordered_set)>",
     "not in the core"),
    ("sim/engine", r"#include <(chrono|random|cmath|unordered_map|unordered_set)>", "not in a decision"),
    ("sim/network", r"#include <(chrono|random|cmath|unordered_map|unordered_set)>", "not in a decision"),
    ("sim/world", r"#include <(chrono|random|cmath|unordered_map|unordered_set)>", "not in a decision"),
    ("core", r"^\s*#\s*if(def|ndef)?\b", "no conditional compilation in the core"),
    ("core", r"absl::(flat_hash|node_hash|Hash\b)", "core/base/flat_table: absl's order changes on every run"),
    ("sim", r"absl::(flat_hash|node_hash|Hash\b)", "core/base/flat_table: absl's order changes on every run"),
    ("core", r"\b(thread_local|std::(hash|unordered_\w+|shuffle|sample|rand))\b", "core/base has our own"),
    ("sim", r"\b(std::(hash|unordered_\w+|shuffle|sample|rand|random_device))\b", "core/base has our own"),
    ("core", r"std::(map|set)<\s*[\w:]+\s*\*", "a pointer is no key"),
    ("sim", r"std::(map|set)<\s*[\w:]+\s*\*", "a pointer is no key"),
    ("core", r"\bthrow\b|\bcatch\b", "Status, not exceptions"),
    ("", r"\busing namespace\b", "name what you use"),
    ("", r"SerializeToString|SerializeAsString", "Protobuf bytes are not canonical: core/codec/canonical"),
]
BANNED_NAMES = re.compile(r"(manager|handler|util|common|processor)", re.IGNORECASE)


class Tree:
    """The tracked and the new, not ignored, files of a checkout."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True,
                                text=True, check=True).stdout.splitlines()
        self.files = [name for name in sorted(listed) if (root / name).is_file()]
        self.texts: dict[str, str] = {}

    def text(self, name: str) -> str:
        if name not in self.texts:
            self.texts[name] = (self.root / name).read_text(encoding="utf-8", errors="replace")
        return self.texts[name]

    def code(self):
        return [f for f in self.files if f.endswith(CODE) and f.split("/")[0] in CODE_ROOTS]


def blank(text: str) -> str:
    """Comments and string contents replaced by spaces; line numbers stay."""
    def spaces(match: re.Match) -> str:
        return re.sub(r"[^\n]", " ", match.group(0))
    pattern = r'//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\''
    out, last = [], 0
    for match in re.finditer(pattern, text, re.DOTALL):
        line_start = text.rfind("\n", 0, match.start()) + 1
        if text[line_start:match.start()].lstrip().startswith("#include"):
            continue
        out += [text[last:match.start()], spaces(match)]
        last = match.end()
    return "".join(out) + text[last:]


def layer_of(path: str) -> str:
    parts = path.split("/")
    for depth in (2, 1):
        name = "/".join(parts[:depth])
        if name in ALLOWED_LAYERS:
            return name
    return ""


def layers(tree):
    for name in tree.code():
        own = layer_of(name)
        if not own:
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            match = re.match(r'\s*#include "((?:core|sim|node|tools|tests)/[^"]+)"', line)
            if not match:
                continue
            target = match.group(1)
            allowed = [own] + ALLOWED_LAYERS[own]
            if not any(target.startswith(prefix + "/") for prefix in allowed):
                yield f"{name}:{number}: layers: {own} must not include {target}"


def banned_tokens(tree):
    for name in tree.code():
        lines = blank(tree.text(name)).splitlines()
        for where, pattern, why in BANNED:
            if where and not name.startswith(where + "/"):
                continue
            if name.startswith("tests/") and where == "":
                continue
            for number, line in enumerate(lines, 1):
                if re.search(pattern, line):
                    yield f"{name}:{number}: banned token: {line.strip()[:60]} ({why})"


def names(tree):
    for name in tree.files:
        if name.split("/")[0] in CODE_ROOTS and BANNED_NAMES.search(name):
            yield f"{name}:1: name: {BANNED_NAMES.search(name).group(0)} says nothing; use a noun of the glossary"
    for name in tree.code():
        for number, line in enumerate(blank(tree.text(name)).splitlines(), 1):
            match = re.match(r"\s*(?:class|struct|namespace) (\w*)", line)
            if match and BANNED_NAMES.search(match.group(1)):
                yield f"{name}:{number}: name: {match.group(1)}"


def one_definition(tree):
    """Two types of one name in one namespace: their inline functions stand for each other, and no compiler says so."""
    seen = {}
    for name in tree.code():
        root = name.split("/")[0]
        if not name.endswith(".h") or root == "tests":
            continue
        for number, line in enumerate(blank(tree.text(name)).splitlines(), 1):
            match = re.match(r"(?:class|struct|enum class) (?:alignas\([^)]*\) )?(\w+)\b(?!::)(?!.*;\s*$)", line)
            if not match:
                continue
            first = seen.setdefault((root, match.group(1)), name)
            if first != name:
                yield f"{name}:{number}: definition: {match.group(1)} is another type in {first}"


def sizes(tree):
    for name in tree.code():
        lines = tree.text(name).splitlines()
        if len(lines) > FILE_LINES_MAX:
            yield f"{name}:1: size: {len(lines)} lines, the stop is {FILE_LINES_MAX}"
        yield from long_functions(name, blank(tree.text(name)).splitlines())
    for name in tree.files:
        if name.endswith("/README.md") and name.startswith(CODE_ROOTS):
            count = len(tree.text(name).splitlines())
            if count > README_LINES_MAX:
                yield f"{name}:1: size: {count} lines, a folder's README has at most {README_LINES_MAX}"


def long_functions(name, lines):
    start = None
    for number, line in enumerate(lines, 1):
        if start is None and re.match(r"\S.*\{\s*$", line) and not re.match(r"(namespace|class|struct|enum|extern|union|inline constexpr)\b", line):
            start = number
        elif start is not None and line.startswith("}"):
            if number - start + 1 > FUNCTION_LINES_MAX and "(" in lines[start - 1]:
                yield f"{name}:{start}: size: function of {number - start + 1} lines, the stop is {FUNCTION_LINES_MAX}"
            start = None


def unlisted(tree):
    lists = "".join(tree.text(f) for f in tree.files if f.endswith((".cmake", "CMakeLists.txt")) or f == "tools/bench")
    for name in tree.files:
        if not name.endswith(".cc") or name.split("/")[0] not in CODE_ROOTS:
            continue
        short = name.removeprefix("tests/") if name.startswith("tests/") else pathlib.PurePath(name).name
        # Benchmarks are programs of one file, listed by the program's name.
        program = name.startswith("tests/performance/") and re.search(rf"\b{pathlib.PurePath(name).stem}\b", lists)
        if short not in lists and not program:
            yield f"{name}:1: unlisted: no build file names it"
    scenarios = [f for f in tree.files if re.fullmatch(r"scenarios/[^/]+\.json", f) and not f.endswith("schema.json")]
    index = tree.text("scenarios/README.md") if "scenarios/README.md" in tree.files else ""
    for name in scenarios:
        if pathlib.PurePath(name).name not in index:
            yield f"{name}:1: unlisted: scenarios/README.md does not name it"


def honest_tests(tree):
    for name in tree.code():
        if not name.endswith("_test.cc"):
            continue
        text = tree.text(name)
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(r"\s*//\s*(EXPECT|ASSERT|TEST)\w*\(", line):
                yield f"{name}:{number}: test: an assertion is commented out"
            if "DISABLED_" in line:
                yield f"{name}:{number}: test: disabled"
        for match in re.finditer(r"^(?:TEST|TEST_F|TEST_P)\((\w+),\s*(\w+)\)\s*\{(.*?)^\}", text, re.MULTILINE | re.DOTALL):
            if not re.search(r"EXPECT_|ASSERT_|RC_ASSERT|Expect[A-Z]|FAIL\(\)|ADD_FAILURE", match.group(3)):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: test: {match.group(2)} expects nothing"


def words(tree):
    leaks = re.compile(r"(?<![\w.])/(home|root)/\w|\b(registry|deb)\.\w+\.(org|com)\b")
    for name in tree.files:
        if not name.endswith(CODE + (".md", ".cmake", ".txt", ".py", ".json", ".sh")) or name.startswith("tools/tidy/"):
            continue
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            if leaks.search(line):
                yield f"{name}:{number}: words: a path of one machine or a registry's host"
            if re.search(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))", line):
                yield f"{name}:{number}: words: a TODO needs an issue number, TODO(#12)"


ALL = [layers, banned_tokens, names, one_definition, sizes, unlisted, honest_tests, words]
