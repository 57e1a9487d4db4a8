#!/bin/bash
# usage: headers_stand_alone.sh INCLUDE-DIRECTORY
# Each public header compiles by itself, as C11 and as C++17, without a warning.
set -euo pipefail
bad=0
c=() cxx=()
for compiler in gcc clang; do ! command -v $compiler >/dev/null || c+=("$compiler"); done
for compiler in g++ clang++; do ! command -v $compiler >/dev/null || cxx+=("$compiler"); done
((${#c[@]} && ${#cxx[@]})) || { echo "no compiler for C, or none for C++, here"; exit 77; }

warnings=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only)
for header in "$1"/s3atomic/*.h; do
    unit="#include <s3atomic/${header##*/}>"
    for compiler in "${c[@]}"; do
        "$compiler" -x c -std=c11 "${warnings[@]}" -Wstrict-prototypes -I "$1" - <<<"$unit" || bad=1
    done
    for compiler in "${cxx[@]}"; do
        "$compiler" -x c++ -std=c++17 "${warnings[@]}" -I "$1" - <<<"$unit" || bad=1
    done
done
exit $bad
