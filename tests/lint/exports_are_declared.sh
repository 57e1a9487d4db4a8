#!/bin/bash
# usage: exports_are_declared.sh LIBS3ATOMIC.so INCLUDE-DIRECTORY
# What the library exports is exactly what its headers declare S3A_API.
set -euo pipefail

# Without comments and directives, a declaration ends with a semicolon; the name is what stands
# before the first parenthesis, or last.
declared() {
    cat "$1"/s3atomic/*.h | sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' -e '/^ *#/d' | tr '\n' ' ' |
        sed -e 's|/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/||g' | sed "s/[;{}]/\n/g" |
        grep S3A_API | sed -e 's/(.*//' -e 's/ *$//' -e 's/.*[ *]//' | sort -u
}

exported() {
    nm -D --defined-only "$1" | awk '{ print $3 }' | sort -u
}

if ! diff --label declared --label exported -U0 <(declared "$2") <(exported "$1"); then
    echo "-: declared and not defined; +: exported and not declared"
    exit 1
fi
