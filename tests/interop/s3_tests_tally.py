#!/usr/bin/env python3
"""Compares the results of a run with what is known.

usage: s3_tests_tally.py RESULTS.xml s3_tests.txt

Prints the tests that failed, those with a reason in s3_tests.txt apart, and the counts. The exit
status is 0 only where nothing failed that is not known to, and something passed.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree


def known_reasons(path):
    """The tests of the selection, each with why it is known to fail, or ''."""
    reasons = {}
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            name, _, reason = line.partition('#')
            if name.strip():
                reasons[name.strip()] = reason.strip()
    return reasons


def main():
    results, selection = sys.argv[1:]
    reasons = known_reasons(selection)
    passed = known = surprising = 0
    for case in ElementTree.parse(results).iter('testcase'):
        name = re.sub(r'\[.*', '', case.get('name'))
        bad = [child for child in case if child.tag in ('failure', 'error')]
        if not bad:
            passed += 1
            if reasons.get(name):
                print(f'passes, although it is said to fail: {name}')
            continue
        if reasons.get(name):
            known += 1
            print(f'fails, as is known: {name}: {reasons[name]}')
        else:
            surprising += 1
            said = (bad[0].get('message') or '').splitlines() or ['']
            print(f'FAILED {name}: {said[0][:200]}')
    print(f's3-tests: {passed} passed, {known} fail as is known, {surprising} failed, '
          f'of {passed + known + surprising}')
    return 0 if surprising == 0 and passed > 0 else 1


sys.exit(main())
