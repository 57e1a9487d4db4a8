# What the tests of the command share: stories that are told one by one, each in a directory of its
# own with an embedded store and a bucket $bkt. Those that name the bucket so can also be told of a
# store that is there already: S3ATOMIC_TEST_ENDPOINT is its endpoint, S3ATOMIC_TEST_DIFFERS tells
# in a few words what it is known to do differently (store_traits.h), and its credentials are in
# the usual variables.
#
# usage: source command.bash S3ATOMIC; define functions; tell STORY...
# What is set here is read by the stories.
# shellcheck disable=SC2034
set -uo pipefail

S3ATOMIC=$(realpath "$1")
export PATH=${S3ATOMIC%/*}:$PATH
export LC_ALL=C.UTF-8
given_store=${S3ATOMIC_TEST_ENDPOINT:-} given_traits=${S3ATOMIC_TEST_DIFFERS:-}
[[ -n $given_store ]] || unset "${!AWS_@}"
unset "${!S3ATOMIC_@}" "${!AWS_ENDPOINT_URL@}"
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
# No file of the user's, and nobody in the machine's network, has a say here.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_EC2_METADATA_DISABLED=true
export bkt=bkt

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

# hold NAME [OPTION...]: holds s3://$bkt/NAME in the background until `let_go` opens the gate; its
# process is $holder, CMD's is $held_by
hold() {
    local name=$1 line
    shift
    [[ -p held ]] || mkfifo held gate
    s3atomic lock "$@" "s3://$bkt/$name" -c 'echo "$$" >held; read -r x <gate' 2>err.holder &
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
    s3atomic serve --listen 127.0.0.1:0 --dir served_store --bucket "$bkt" "$@" \
        >served 2>err.server &
    server=$!
    exec 6<served
    while read -r line <&6; do
        eval "$line"
        [[ $line != *SECRET* ]] || break
    done
    unset S3ATOMIC_ENDPOINT
}

# differs TRAIT: what the store is known for
differs() { [[ " $given_traits " == *" $1 "* ]]; }

# skip REASON: this story is not told here
skip() {
    echo "SKIP $*" >skipped
    exit 77
}

begin() {
    cd "$1" || exit 1
    export S3ATOMIC_ENDPOINT=${given_store:-file://$1/store}
    [[ -z $given_store ]] || bkt=s3atomic-test-$BASHPID
    s3atomic mb "s3://$bkt" || exit 1
}

# Nothing is left of it in a store that stays.
remove_bucket() {
    local key
    s3atomic ls -r "s3://$bkt" >left || return
    while IFS= read -r key; do s3atomic rm "s3://$bkt/$key"; done <left
    s3atomic rm --bucket "s3://$bkt"
}

# Nothing that a story started outlives it: each is its own process group's leader.
end() {
    local status=$? pid
    for pid in $(jobs -p); do
        kill -CONT -- "-$pid" 2>/dev/null
        kill -KILL -- "-$pid" 2>/dev/null
    done
    wait 2>/dev/null
    [[ -z $given_store ]] || remove_bucket || status=1
    exit "$status"
}

# tell STORY...: each in a shell of its own, as TAP
tell() {
    local story number=0 bad=0 directory status
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
        status=$?
        if ((status == 0)); then
            echo "ok $number - $story"
        elif ((status == 77)) && [[ -s $directory/skipped ]]; then
            echo "ok $number - $story # $(cat "$directory/skipped")"
        else
            echo "not ok $number - $story"
            sed 's/^/# /' "$directory.log"
            bad=1
        fi
        rm -rf "$directory" "$directory.log"
    done
    exit $bad
}
