#!/usr/bin/env python3
"""Puts an example in the place of @EXAMPLE@, without its first comment on the licence.

usage: with_example.py PAGE.in EXAMPLE.c PAGE
"""

import sys

page_name, example_name, output_name = sys.argv[1:]
with open(page_name, encoding='utf-8') as page, open(example_name, encoding='utf-8') as example:
    text = page.read()
    code = example.read().split('\n', 1)[1].strip()
with open(output_name, 'w', encoding='utf-8') as output:
    output.write(text.replace('@EXAMPLE@', code.replace('\\', '\\\\')))
