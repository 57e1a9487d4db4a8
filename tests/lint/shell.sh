#!/bin/bash
# usage: shell.sh ROOT
# No script gives shellcheck anything to say.
set -euo pipefail
cd "$1"
command -v shellcheck >/dev/null || { echo "no shellcheck here"; exit 77; }

# shellcheck source=tests/lint/files.bash
source tests/lint/files.bash
files sh | xargs -0 shellcheck --shell=bash --external-sources
