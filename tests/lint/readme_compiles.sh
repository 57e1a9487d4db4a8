#!/bin/bash
# usage: readme_compiles.sh README.md INCLUDE-DIRECTORY
# The C programs in the README are C programs.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

awk -v directory="$directory" '
    /^```c$/ { file = directory "/block" ++count ".c"; next }
    /^```$/ { file = "" }
    file { print > file }' "$1"
for block in "$directory"/*.c; do
    cc -std=c11 -Wall -Wextra -Werror -fsyntax-only -I "$2" "$block"
done
