#!/usr/bin/env python3
"""Prints the measurements of a file of JSON lines as a table.

usage: table.py RESULT.jsonl
"""

import json
import sys


def text(value):
    if isinstance(value, float):
        return f'{value:,.1f}'
    if isinstance(value, int):
        return f'{value:,}'
    return str(value)


def main():
    with open(sys.argv[1], encoding='utf-8') as lines:
        rows = [json.loads(line) for line in lines][1:]
    columns = []
    for row in rows:
        columns += [name for name in row if name not in columns]
    table = [columns] + [[text(row.get(name, '')) for name in columns] for row in rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(columns))]
    for row in table:
        cells = [cell.ljust(width) if i < 2 else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print('  '.join(cells).rstrip())


main()
