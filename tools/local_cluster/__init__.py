"""The parts of tools/cluster. Start here: command.py (what the user types), supervisor.py (what runs)."""
