#!/usr/bin/env python3
"""Prints the measurements of a file of JSON lines as tables: first what was measured, then what has
a goal.

usage: table.py RESULT.jsonl
"""

import json
import sys

HIDDEN = {'bench', 'operations', 'seconds'}
NAMES = {'what': '', 'at_once': 'at once', 'per_second': '/s', 'mib_per_second': 'MiB/s',
         'p50_us': 'p50 µs', 'p99_us': 'p99 µs', 'max_us': 'max µs', 'cpu_us': 'cpu µs',
         'cpu_ms': 'cpu ms', 'resident_kib': 'KiB'}


def text(value):
    if isinstance(value, float):
        return f'{value:,.2f}' if abs(value) < 10 else f'{value:,.1f}'
    if isinstance(value, int):
        return f'{value:,}'
    return str(value)


def table(rows):
    columns = []
    for row in rows:
        columns += [name for name in row if name not in columns and name not in HIDDEN]
    lines = [[NAMES.get(name, name) for name in columns]]
    lines += [[text(row.get(name, '')) for name in columns] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        cells = [cell.rjust(width) if i else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        print('  '.join(cells).rstrip())


def main():
    with open(sys.argv[1], encoding='utf-8') as lines:
        rows = [json.loads(line) for line in lines][1:]
    for part in ([row for row in rows if 'goal' not in row],
                 [row for row in rows if 'goal' in row]):
        if part:
            table(part)
            print()


main()
