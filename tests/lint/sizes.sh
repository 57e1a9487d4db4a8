#!/bin/bash
# usage: sizes.sh ROOT
# A file has at most 400 lines, a function 70, a line 100 characters.
set -euo pipefail
cd "$1"
export LC_ALL=C.UTF-8
bad=0

# shellcheck source=tests/lint/files.bash
source tests/lint/files.bash

! files c h sh py build | xargs -0 grep -nE '.{101}' || { echo "... too wide"; bad=1; }

# The house style opens and closes functions, and nothing else, in the first column.
# shellcheck disable=SC2016
files c h sh py build | xargs -0 awk '
    FNR == 1 { report(); file = FILENAME }
    { lines = FNR }
    /^\{$/ { start = FNR }
    /^}$/ && start {
        if (FNR - start - 1 > 70) {
            print FILENAME ":" start ": a function of " FNR - start - 1 " lines"
            bad = 1
        }
        start = 0
    }
    END { report(); exit bad }
    function report() {
        if (lines > 400) { print file ": " lines " lines"; bad = 1 }
        lines = 0
        start = 0
    }' || bad=1
exit $bad
