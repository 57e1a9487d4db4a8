#!/usr/bin/env python3
"""Adds up the test cases of a run of `meson test`.

usage: tally.py TESTLOG.json

Prints "PASSED FAILED SKIPPED EXCUSED" on standard output, counting the cases inside TAP tests one
by one, and the whole story of every test that failed on standard error. EXCUSED counts tests that
Meson calls failed only because cmocka 1.1.5 writes "not ok" in front of what it skips.
"""

import json
import re
import sys

CASE = re.compile(r'(not )?ok\b[^#]*(#\s*SKIP\b)?', re.IGNORECASE)
GOOD = ('OK', 'EXPECTEDFAIL')


def count(test):
    """The cases of one test: passed, failed, skipped; and whether it is excused."""
    good = test['result'] in GOOD
    passed = failed = skipped = 0
    for line in (test.get('stdout') or '').splitlines():
        case = CASE.match(line)
        if not case:
            continue
        if case.group(2):
            skipped += 1
        elif case.group(1):
            failed += 1
        else:
            passed += 1
    if passed + failed + skipped == 0:
        if test['result'] == 'SKIP':
            return 0, 0, 1, 0
        return (1, 0, 0, 0) if good else (0, 1, 0, 0)
    if good or test['result'] == 'SKIP' or failed > 0:
        return passed, failed, skipped, 0
    if test['result'] == 'FAIL' and test['returncode'] == 0 and skipped > 0:
        return passed, failed, skipped, 1
    return passed, 1, skipped, 0  # it crashed, hung, leaked, or ended before its plan was fulfilled


def tell(test):
    print(f"\n--- {test['name']}: {test['result']}, exit status {test['returncode']}",
          file=sys.stderr)
    for stream in ('stdout', 'stderr'):
        if test.get(stream):
            print(test[stream].rstrip(), file=sys.stderr)
    print('---', file=sys.stderr)


def main():
    totals = [0, 0, 0, 0]
    try:
        with open(sys.argv[1], encoding='utf-8') as log:
            tests = [json.loads(line) for line in log]
    except FileNotFoundError:
        tests = []
    for test in tests:
        cases = count(test)
        totals = [a + b for a, b in zip(totals, cases)]
        if cases[1] > 0:
            tell(test)
    print(*totals)


main()
