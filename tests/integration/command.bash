# What the tests of the command share: stories that are told one by one, each in a directory of its
# own with an embedded store and a bucket "bkt".
#
# usage: source command.bash S3ATOMIC; define functions; tell STORY...
# What is set here is read by the stories.
# shellcheck disable=SC2034
set -uo pipefail

S3ATOMIC=$(realpath "$1")
export PATH=${S3ATOMIC%/*}:$PATH
export LC_ALL=C.UTF-8
unset "${!S3ATOMIC_@}" "${!AWS_@}" HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
# No file of the user's, and nobody in the machine's network, has a say here.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_EC2_METADATA_DISABLED=true

fail() {
    printf 'line %s: %s\n' "${BASH_LINENO[1]}" "$*" >&2
    exit 1
}

# expect STATUS WORD...: runs it, its output to the files out and err
expect() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err || status=$?
    ((status == wanted)) || fail "$* ended with $status, not $wanted; it said: $(cat out err)"
}

# says FILE TEXT...: every text is in the file
says() {
    local file=$1 text
    shift
    for text in "$@"; do
        grep -qF -- "$text" "$file" || fail "\"$text\" is not in $file: $(cat "$file")"
    done
}

is() { [[ $1 == "$2" ]] || fail "\"$1\" is not \"$2\""; }

# lists "LINE LINE...": the last output
lists() { is "$(paste -sd " " out)" "$1"; }

# ends STATUS PID: waits for one that was started in the background
ends() {
    local status=0
    wait "$2" || status=$?
    ((status == $1)) || fail "$2 ended with $status, not $1: $(cat "err.$2" err 2>/dev/null)"
}

# hold NAME [OPTION...]: holds s3://bkt/NAME in the background until `let_go` opens the gate; its
# process is $holder, CMD's is $held_by
hold() {
    local name=$1 line
    shift
    [[ -p held ]] || mkfifo held gate
    s3atomic lock "$@" "s3://bkt/$name" -c 'echo "$$" >held; read -r x <gate' 2>err.holder &
    holder=$!
    read -r line <held || fail "no holder: $(cat err.holder)"
    held_by=$line
}

let_go() {
    echo >gate
    ends 0 "$holder"
}

# await_line TEXT FILE...: reads from descriptor 5 until a line has the text
await_line() {
    local line
    while read -r line <&5; do
        [[ $line != *"$1"* ]] || return 0
    done
    fail "the end came before \"$1\""
}

# serve [OPTION...]: a server for this story; what it exports is in the environment
serve() {
    local line
    mkfifo served
    s3atomic serve --listen 127.0.0.1:0 --dir served_store --bucket bkt "$@" >served 2>err.server &
    server=$!
    exec 6<served
    while read -r line <&6; do
        eval "$line"
        [[ $line != *SECRET* ]] || break
    done
    unset S3ATOMIC_ENDPOINT
}

begin() {
    cd "$1" || exit 1
    export S3ATOMIC_ENDPOINT=file://$1/store
    s3atomic mb s3://bkt || exit 1
}

# Nothing that a story started outlives it: each is its own process group's leader.
end() {
    local pid
    for pid in $(jobs -p); do
        kill -CONT -- "-$pid" 2>/dev/null
        kill -KILL -- "-$pid" 2>/dev/null
    done
    wait 2>/dev/null
}

# tell STORY...: each in a shell of its own, as TAP
tell() {
    local story number=0 bad=0 directory
    echo "1..$#"
    for story in "$@"; do
        number=$((number + 1))
        directory=$(mktemp -d "${TMPDIR:-/tmp}/s3atomic-story-XXXXXX")
        # Job control, so that what runs in the background does not ignore INT and QUIT.
        (
            set -m
            trap end EXIT
            begin "$directory"
            "$story"
        ) >"$directory.log" 2>&1
        # shellcheck disable=SC2181
        if (($? == 0)); then
            echo "ok $number - $story"
        else
            echo "not ok $number - $story"
            sed 's/^/# /' "$directory.log"
            bad=1
        fi
        rm -rf "$directory" "$directory.log"
    done
    exit $bad
}
