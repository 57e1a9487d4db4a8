#!/bin/bash
# usage: format.sh ROOT
# C is laid out as clang-format 14 lays it out; other versions differ in details.
set -euo pipefail
cd "$1"
command -v clang-format-14 >/dev/null || { echo "no clang-format-14 here"; exit 77; }

# shellcheck source=tests/lint/files.bash
source tests/lint/files.bash
files c h | xargs -0 clang-format-14 --dry-run --Werror
