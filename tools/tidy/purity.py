"""The core draws no time, no entropy, no environment and starts no thread: its archives must not name what could."""

import pathlib
import subprocess

# Demangled fragments; each was seen to appear when the forbidden thing is used.
FORBIDDEN = [
    "steady_clock::now", "system_clock::now", "random_device", "clock_gettime", "gettimeofday", "getrandom", "getenv",
    "pthread_create", "_M_start_thread", "MixingHashState::kSeed", "std::mutex", "pthread_mutex",
]
FORBIDDEN_WORDS = ["socket", "time", "rand", "srand", "localtime", "setlocale", "randombytes_random"]
# libsodium lives behind core/crypto; its calls are allowed there because the suite seeds its generator.
ARCHIVES = "libcore_*.a"


def findings_in(archive: str, symbols: str) -> list[str]:
    found = []
    for line in symbols.splitlines():
        name = line.strip().removeprefix("U ").strip()
        if any(fragment in name for fragment in FORBIDDEN) or name.split("@")[0] in FORBIDDEN_WORDS:
            found.append(f"{archive}: purity: the core refers to {name}")
    return found


def check(build: pathlib.Path) -> list[str]:
    archives = sorted(build.glob(ARCHIVES))
    if not archives:
        return [f"{build}: purity: no archive {ARCHIVES} here; build first"]
    found = []
    for archive in archives:
        symbols = subprocess.run(["nm", "-uC", str(archive)], capture_output=True, text=True, check=True).stdout
        found += findings_in(archive.name, symbols)
    return found
