#!/usr/bin/env python3
"""Puts an example in the place of @EXAMPLE@, without its first comment on the licence; or only one
function of it, with its comment.

usage: with_example.py PAGE.in EXAMPLE.c PAGE [FUNCTION]
"""

import re
import sys

page_name, example_name, output_name, *function = sys.argv[1:]
with open(page_name, encoding='utf-8') as page, open(example_name, encoding='utf-8') as example:
    text = page.read()
    code = example.read().split('\n', 1)[1].strip()
if function:
    pattern = r'^/\*(?:(?!\*/).)*\*/\n[^\n]*\b%s\(.*?^}$' % re.escape(function[0])
    code = re.search(pattern, code, re.DOTALL | re.MULTILINE).group(0)
with open(output_name, 'w', encoding='utf-8') as output:
    output.write(text.replace('@EXAMPLE@', code.replace('\\', '\\\\')))
