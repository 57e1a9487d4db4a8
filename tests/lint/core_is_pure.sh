#!/bin/bash
# usage: core_is_pure.sh LIBCORE.a
# The core calls nothing but itself, the base, mem* and str*: no I/O, no clock, no heap, no thread.
set -euo pipefail

# What compilers add by themselves: stack protector, sanitizers, coverage.
helpers='__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan|msan|gcov|llvm)_.*'

impure=$(nm -u "$1" | awk '$1 == "U" { print $2 }' | sort -u |
    grep -vxE "s3a_[a-z0-9_]*|(mem|str)[a-z0-9]*|$helpers" || true)
[[ -z $impure ]] || { echo "core calls: $impure"; exit 1; }

# The clock and the randomness of the base are out of bounds, too.
! nm -u "$1" | grep -E 's3a_(clock|random|pool)_' || { echo "... from core"; exit 1; }
