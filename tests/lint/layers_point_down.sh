#!/bin/bash
# usage: layers_point_down.sh ROOT
# An include points to the same layer or one below. The include paths of the build see to most of
# it; this also sees to what they cannot: that the command lives by the public headers alone, and
# that these need nothing but the C library.
set -euo pipefail
cd "$1"
bad=0

system='(assert|ctype|dirent|dlfcn|errno|fcntl|float|fnmatch|ftw|getopt|glob|grp|inttypes|langinfo'
system+='|libgen|limits|locale|math|netdb|poll|pthread|pwd|sched|semaphore|setjmp|signal|spawn'
system+='|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|syslog'
system+='|termios|threads|time|unistd|wchar|sys/[a-z]+|linux/[a-z]+|arpa/inet|netinet/(in|tcp))\.h'
system+='|s3atomic/[a-z0-9_]+\.h'

# allow LAYER [PATTERN]: the headers in angle brackets that a layer may have beside libc's
allow() {
    local found
    found=$(grep -rnE '^ *# *include *<' "src/$1" --include='*.[ch]' |
        grep -vE "<($system${2:+|$2})>" || true)
    [[ -z $found ]] || { echo "$found"; echo "... not in src/$1"; bad=1; }
}
allow base
allow core
allow s3 'immintrin\.h|openssl/[a-z0-9_]+\.h|expat\.h'
allow objects 'sqlite3\.h'
allow client 'curl/curl\.h'
allow server 'microhttpd\.h|gnutls/.*\.h'
allow cli

# below LAYER LAYER...: its headers in quotes lie in one of these
below() {
    local layer=$1 file header dir found
    while IFS=: read -r file header; do
        found=''
        for dir in "$@"; do [[ ! -e src/$dir/$header ]] || found=1; done
        [[ -n $found ]] || { echo "$file: \"$header\" is not below src/$layer"; bad=1; }
    done < <(grep -rE '^ *# *include *"' "src/$layer" --include='*.[ch]' |
        sed -e 's/:[^"]*"/:/' -e 's/".*//')
}
below base
below core base
below s3 base
below objects s3 base
below client core s3 objects base
below server s3 objects base
below cli

found=$(grep -nE '^ *# *include' include/s3atomic/*.h |
    grep -vE '<(limits|stdbool|stddef|stdint|s3atomic/[a-z0-9_]+)\.h>' || true)
[[ -z $found ]] || { echo "$found"; echo "... not in public headers"; bad=1; }
exit $bad
