#!/usr/bin/env python3
"""An AGI script as they were written for Asterisk's AGI(): the last reading of a customer's meter, from a file beside it.

It reads the environment (agi_...: ... up to an empty line) and the answers from its standard input, and writes commands to its
standard output. The flow gives it CONTRACT; it leaves READING (a whole number) and READ_AT (HH:MM), or neither.
"""

import csv
import pathlib
import re
import sys

ANSWER = re.compile(r"200 result=(-?\d+)(?: \((.*)\))?")


def ask(command):
    """Send a command; its value, or None if there is none."""
    print(command, flush=True)
    found = ANSWER.match(sys.stdin.readline())
    return found[2] if found and found[1] == "1" else None


def main():
    while sys.stdin.readline().strip():
        pass
    contract = ask("GET VARIABLE CONTRACT") or ""
    with (pathlib.Path(__file__).parent / "lecturas.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["contract"] == contract:
                ask(f'SET VARIABLE READING "{row["reading"]}"')
                ask(f'SET VARIABLE READ_AT "{row["read_at"]}"')


main()
