"""One node of the cluster: its folder, its configuration, its process, and what its log and its control socket tell.

  DIR/node-N/node.json   configuration, written at every start
  DIR/node-N/data        the node's data directory: key, store, node.log, control.sock
"""

import ctypes
import json
import pathlib
import signal
import socket
import subprocess
import time

STOP_SECONDS = 6.0  # A node takes 4.5 s at most.
CONTROL_SECONDS = 1.0
PR_SET_PDEATHSIG = 1


def address_of(number):
    return f"127.0.0.{number}"


def _end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Node:
    def __init__(self, number, folder, program, port, settings):
        self.number = number
        self.address = address_of(number)
        self.folder = pathlib.Path(folder) / f"node-{number}"
        self.data = self.folder / "data"
        self.log = self.data / "node.log"
        self._program = program
        self._port = port
        self._settings = settings  # Pairs of a dotted path and a JSON value.
        self._process = None
        self._started = None
        self._log_at = 0
        self._told = {}  # From the log, of this life.
        self.paused = False
        self.id = ""

    def prepare(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.data / "node.key").exists():
            subprocess.run([self._program, "init", "--key-only", str(self.data)], check=True, stdout=subprocess.DEVNULL)
        for line in (self.data / "node.key").read_text().splitlines():
            if line.startswith("node "):
                self.id = line.split()[1]
        (self.folder / "node.json").write_text(json.dumps(self._configuration(), indent=2) + "\n")

    def _configuration(self):
        configuration = {
            "data_dir": "data",
            "listen": [f"{self.address}:{self._port + 1}"],
            "advertise": [f"{self.address}:{self._port}"],
            "dial_from": f"{self.address}:0",
            "seeds": [] if self.number == 1 else [f"{address_of(1)}:{self._port}"],
            "network": {"name": "cluster"},
            "timeouts": {"idle": "10s", "keep_alive": "3s"},
            "admin": {"listen": f"{self.address}:{self._port + 2}"},
            "log": {"level": "debug", "format": "json", "file": "node.log"},
        }
        for path, value in self._settings:
            *sections, key = path.split(".")
            place = configuration
            for section in sections:
                place = place.setdefault(section, {})
            place[key] = value
        return configuration

    # ---- the process ----

    def start(self):
        self.prepare()
        self._told = {}
        self._log_at = self.log.stat().st_size if self.log.exists() else 0
        with open(self.folder / "output", "ab") as output:
            self._process = subprocess.Popen(
                [self._program, "run", "--config", str(self.folder / "node.json")], stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True, preexec_fn=_end_with_parent)
        self._started = time.monotonic()
        self.paused = False

    def running(self):
        return self._process is not None and self._process.poll() is None

    def send(self, number):
        """A signal; of a paused node it waits until the node goes on, unless it kills."""
        self._process.send_signal(number)

    def pause(self, paused):
        self.send(signal.SIGSTOP if paused else signal.SIGCONT)
        self.paused = paused

    def wipe(self):
        """Empties the disk; the key stays, so that the node comes back as the same one that knows nobody."""
        for path in self.data.glob("store*"):
            path.unlink()

    # ---- what it tells ----

    def _read_log(self):
        if not self.log.exists():
            return
        with open(self.log, "rb") as log:
            log.seek(self._log_at)
            fresh = log.read()
        whole = fresh.rfind(b"\n") + 1
        self._log_at += whole
        for line in fresh[:whole].splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            self._note(record)

    def _note(self, record):
        message = record.get("message")
        if message == "the core starts":
            self._told.update(phase="running", incarnation=record.get("incarnation"))
        elif message == "joined the network":
            self._told.update(phase="joined")
        elif message == "stopping":
            self._told.update(phase="stopping")

    def ask(self):
        """The node's own status over its control socket (docs/control_protocol.md); None when it does not answer."""
        try:
            with socket.socket(socket.AF_UNIX) as control:
                control.settimeout(CONTROL_SECONDS)
                control.connect(str(self.data / "control.sock"))
                lines = control.makefile("rwb")
                lines.readline()  # The greeting.
                lines.write(b'{"id":1,"method":"status","params":{}}\n')
                lines.flush()
                return json.loads(lines.readline()).get("result")
        except (OSError, ValueError, AttributeError):
            return None

    def status(self):
        """What is known, with None for what is not. Blocks for CONTROL_SECONDS at most."""
        self._read_log()
        running = self.running()
        told = dict(self._told) if running else {}
        if running and not self.paused:
            told.update({key: value for key, value in (self.ask() or {}).items()
                         if key in ("phase", "contacts", "incarnation")})
        state = "stopped"
        if running:
            state = "paused" if self.paused else "running"
        elif self._process is not None and self._process.returncode not in (None, 0):
            code = self._process.returncode
            state = f"killed by {signal.Signals(-code).name}" if code < 0 else f"failed with {code}"
        return {
            "node": self.number,
            "state": state,
            "phase": told.get("phase", "seeking" if running else None),
            "address": f"{self.address}:{self._port}",
            "id": self.id,
            "pid": self._process.pid if running else None,
            "up": time.monotonic() - self._started if running else None,
            "contacts": told.get("contacts"),
            "incarnation": told.get("incarnation"),
        }
