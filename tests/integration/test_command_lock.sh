#!/bin/bash
# usage: test_command_lock.sh S3ATOMIC
# `s3atomic lock`: what CMD gets, what comes back, who waits.
# Stories are called by their names.
# shellcheck disable=SC2317,SC2086
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

the_exit_status_is_that_of_cmd() {
    expect 0 s3atomic lock s3://$bkt/n -- true
    expect 7 s3atomic lock s3://$bkt/n -- sh -c 'exit 7'
    expect 137 s3atomic lock s3://$bkt/n -- sh -c 'kill -KILL $$'
    expect 1 s3atomic lock s3://$bkt/n false
    is "$(cat out err)" ""
}

cmd_can_be_written_for_the_shell() {
    expect 3 s3atomic lock -c 'exit 3' s3://$bkt/n
    expect 4 s3atomic lock s3://$bkt/n -c 'exit 4'
    expect 5 s3atomic lock s3://$bkt/n --command 'exit 5'
    expect 0 s3atomic lock -- s3://$bkt/n -- echo -n -v
    is "$(cat out)" "-v"
}

what_cannot_be_run_is_said_before_the_lock_is_taken() {
    expect 127 s3atomic lock s3://$bkt/n -- no-such-program
    says err "no-such-program: command not found"
    expect 126 s3atomic lock s3://$bkt/n -- /etc
    expect 0 s3atomic ls s3://$bkt
    is "$(cat out)" ""
}

standard_input_and_output_are_those_of_cmd() {
    head -c 3000000 /dev/urandom >random
    s3atomic lock s3://$bkt/n -- cat <random >copy || fail "cat failed"
    cmp random copy || fail "not the same"
    expect 0 s3atomic lock s3://$bkt/n -- sh -c 'echo to-out; echo to-err >&2'
    is "$(cat out)" to-out
    is "$(cat err)" to-err
}

cmd_finds_the_lock_in_its_environment() {
    # shellcheck disable=SC2016
    expect 0 s3atomic lock --lease 40s s3://$bkt/jobs/a -- sh -c \
        'echo $S3ATOMIC_LOCK $S3ATOMIC_BUCKET $S3ATOMIC_KEY $S3ATOMIC_LEASE_MS
         echo $S3ATOMIC_TOKEN; echo $S3ATOMIC_OWNER'
    is "$(head -1 out)" "s3://$bkt/jobs/a $bkt jobs/a.lock 40000"
    [[ $(sed -n 2p out) =~ ^[0-9]+$ ]] || fail "no token"
    [[ $(sed -n 3p out) =~ ^[0-9a-f]{32}$ ]] || fail "no owner"
}

a_short_lease_makes_a_short_heartbeat() {
    expect 0 s3atomic lock --lease 6s s3://$bkt/n -- s3atomic --json status s3://$bkt/n
    says out '"lease_ms":6000,"heartbeat_ms":2000'
    expect 0 s3atomic lock --max-hold 60s s3://$bkt/n -- s3atomic --json status s3://$bkt/n
    says out '"lease_ms":30000,"heartbeat_ms":10000'
    expect 0 s3atomic lock --max-hold 9s s3://$bkt/n -- s3atomic --json status s3://$bkt/n
    says out '"heartbeat_ms":3000'
    expect 0 s3atomic lock --lease 200ms s3://$bkt/n -- true
}

a_nested_lock_has_an_environment_of_its_own() {
    # shellcheck disable=SC2016
    expect 0 s3atomic lock s3://$bkt/outer -- s3atomic lock s3://$bkt/inner -- \
        sh -c 'echo $S3ATOMIC_KEY; env | grep -c ^S3ATOMIC_LOCK='
    is "$(cat out)" "inner.lock"$'\n'1
}

tokens_grow() {
    local last=0 i
    for i in 1 2 3 4 5; do
        # shellcheck disable=SC2016
        expect 0 s3atomic lock s3://$bkt/n -c 'echo $S3ATOMIC_TOKEN'
        (($(cat out) > last)) || fail "round $i: $(cat out) behind $last"
        last=$(cat out)
    done
}

nothing_of_ours_is_open_in_cmd() {
    ls /proc/self/fd >wanted
    expect 0 s3atomic lock s3://$bkt/n -- ls /proc/self/fd
    cmp wanted out || fail "$(cat out)"
}

neither_is_it_over_http() {
    [[ -z $given_store ]] || skip "about a server of our own"
    # shellcheck disable=SC2119
    serve
    nothing_of_ours_is_open_in_cmd
}

who_does_not_wait_is_told_who_holds_it() {
    hold n --label "nightly report"
    expect 75 s3atomic lock -n s3://$bkt/n -- touch started
    says err "$(hostname)" "$holder" "nightly report"
    expect 75 s3atomic lock -w 0 s3://$bkt/n -- touch started
    expect 75 s3atomic lock -w 0.2 s3://$bkt/n -- touch started
    expect 9 s3atomic lock -n -E 9 s3://$bkt/n -- touch started
    expect 75 s3atomic --json lock -n s3://$bkt/n -- touch started
    says out '"state":"held"' "\"pid\":$holder" '"label":"nightly report"'
    let_go
    expect 0 s3atomic lock -n s3://$bkt/n -- touch started
    [[ -e started ]] || fail "CMD was not run"
}

who_waits_gets_it_when_it_is_given_back() {
    hold n
    s3atomic lock -w 60 s3://$bkt/n -- touch started &
    let_go
    ends 0 "$!"
    [[ -e started ]] || fail "CMD was not run"
}

with_v_it_says_how_long_it_waited() {
    expect 0 s3atomic lock -v s3://$bkt/n -- true
    says err "was obtained after" "its token is" "was given back"
}

another_file_at_its_place_is_left_alone() {
    echo precious >file
    expect 0 s3atomic put s3://$bkt/n.lock file
    expect 65 s3atomic lock s3://$bkt/n -- touch started
    says err "n.lock" "lock"
    expect 65 s3atomic lock -n s3://$bkt/n -- touch started
    expect 0 s3atomic get s3://$bkt/n.lock
    cmp file out || fail "it was changed"
    [[ ! -e started ]] || fail "CMD was run"
}

what_is_wrong_with_the_options_is_said() {
    expect 64 s3atomic lock
    expect 64 s3atomic lock s3://$bkt/n
    says err "what is to be run?"
    expect 64 s3atomic lock s3://$bkt/n --
    expect 64 s3atomic lock s3://$bkt/n -n true
    says err "options come before it"
    expect 64 s3atomic lock n -- true
    says err "s3://my-bucket/some/name"
    expect 64 s3atomic lock --heartbeat 5s --lease 6s s3://$bkt/n -- true
    says err "--lease is less than two of --heartbeat"
    expect 64 s3atomic lock --heartbeat 5s --max-hold 4s s3://$bkt/n -- true
    says err "--max-hold is less than --heartbeat"
    expect 64 s3atomic lock --heartbeat 10ms s3://$bkt/n -- true
    expect 64 s3atomic lock --hartbeat 10s s3://$bkt/n -- true
    says err "did you mean --heartbeat?"
    expect 64 s3atomic lock --on-lost panic s3://$bkt/n -- true
    says err "term, kill or ignore"
    expect 64 s3atomic lock -n -w 5 s3://$bkt/n -- true
    expect 64 s3atomic lock -c 'exit 3' s3://$bkt/n -- true
    expect 64 s3atomic lock -E 256 s3://$bkt/n -- true
    expect 64 s3atomic lock --label "$(head -c 200 /dev/zero | tr '\0' x)" s3://$bkt/n -- true
}

counting_without_any_other_protection_comes_out_right() {
    local i
    echo 0 >counter
    for i in 1 2 3 4; do
        # shellcheck disable=SC2016
        (
            for ((k = 0; k < 10; k++)); do
                s3atomic lock s3://$bkt/n -c 'read -r n <counter; echo $((n + 1)) >counter' || exit
            done
        ) &
    done
    for i in $(jobs -p); do
        ends 0 "$i"
    done
    is "$(cat counter)" 40
}

status_shows_them_all() {
    expect 0 s3atomic status s3://$bkt
    says err "no locks"
    expect 1 s3atomic status s3://$bkt/x
    hold jobs/a --label nightly
    expect 0 s3atomic lock s3://$bkt/jobs/b -- true
    expect 0 s3atomic lock s3://$bkt/other -- true
    echo precious | s3atomic put -q s3://$bkt/jobs/file || fail put
    expect 0 s3atomic status s3://$bkt/jobs/
    is "$(wc -l <out)" 3
    is "$(sed -n 1p out | tr -s ' ')" \
        "STATE LOCK HOLDER LABEL TOKEN HELD FOR EXPIRES IN LAST BEAT SESSION"
    [[ $(sed -n 2p out) == "held "*"jobs/a.lock "*"[$holder]"*" nightly "* ]] || fail "$(cat out)"
    [[ $(sed -n 3p out) == "free "*"jobs/b.lock "* ]] || fail "$(cat out)"
    expect 0 s3atomic status --json s3://$bkt
    is "$(wc -l <out)" 3
    says out '"key":"jobs/a.lock","state":"held"' '"key":"other.lock","state":"free"'
    let_go
}

an_abandoned_lock_is_freed_by_force() {
    local etag
    expect 1 s3atomic unlock s3://$bkt/n
    hold n --label stuck
    expect 64 s3atomic unlock s3://$bkt/n
    says err "--force"
    expect 1 s3atomic unlock --force --if-match 0123456789abcdef0123456789abcdef s3://$bkt/n
    says err "it has changed since it was looked at"
    s3atomic --json status s3://$bkt/n >state
    etag=$(sed 's/.*"etag":"\\"\([0-9a-f]*\)\\"".*/\1/' state)
    expect 0 s3atomic unlock --force --if-match "$etag" s3://$bkt/n
    says err "s3://$bkt/n.lock is free"
    expect 0 s3atomic lock -n s3://$bkt/n -- true
    expect 0 s3atomic unlock s3://$bkt/n
    says err "was free already"
    echo go >gate
    ends 79 "$holder"
    echo precious | s3atomic put -q s3://$bkt/file.lock || fail put
    expect 65 s3atomic unlock --force s3://$bkt/file
}

a_shortest_hold_outlives_cmd() {
    expect 0 s3atomic lock --min-hold 1h s3://$bkt/n -- true
    expect 75 s3atomic lock -n s3://$bkt/n -- touch started
    expect 0 s3atomic status s3://$bkt/
    says out held n.lock
    expect 0 s3atomic lock --min-hold 1ms s3://$bkt/m -- sleep 0.01
    expect 0 s3atomic lock -n s3://$bkt/m -- true
    expect 64 s3atomic lock --min-hold 2s --max-hold 1s --heartbeat 100ms s3://$bkt/m -- true
    says err "min_hold_ms"
}

# Free since long ago: whoever takes it has a token that is old enough to be deleted at once.
leaves_it_free_long_ago() {
    printf '%s' '{"s3atomic":"lock/1","state":"free","token":41,"beat":3,"lease_ms":30000,' \
        '"owner":"0123456789abcdef0123456789abcdef","heartbeat_ms":10000,' \
        '"recent":["00000000000000000000000000000001:40"]}' | s3atomic put -q "$1" || fail put
}

given_back_by_deletion_it_leaves_no_object() {
    local token handle
    leaves_it_free_long_ago s3://$bkt/n.lock
    expect 0 s3atomic -v lock --delete-on-release s3://$bkt/n -- printenv S3ATOMIC_TOKEN
    is "$(cat out)" 42
    if differs blind-delete; then
        says err "its object stays"
        expect 0 s3atomic --json status s3://$bkt/n
        says out '"state":"free"'
        return
    fi
    ! grep -q "its object stays" err || fail "it stays: $(cat err)"
    expect 0 s3atomic ls s3://$bkt
    is "$(cat out)" ""
    expect 0 s3atomic -v lock --delete-on-release s3://$bkt/n -- printenv S3ATOMIC_TOKEN
    token=$(cat out)
    ((token > 1000000)) || fail "token $token after 42"
    says err "its object stays" # its token is young
    expect 0 s3atomic ls s3://$bkt
    is "$(awk '{print $NF}' out)" n.lock
    leaves_it_free_long_ago s3://$bkt/m.lock
    handle=$(s3atomic acquire s3://$bkt/m) || fail acquire
    expect 0 s3atomic -v release --delete-on-release --handle "$handle" s3://$bkt/m
    ! grep -q "its object stays" err || fail "it stays: $(cat err)"
    expect 1 s3atomic ls s3://$bkt/m
}

and_so_it_does_at_a_server() {
    [[ -z $given_store ]] || skip "about a server of our own"
    # shellcheck disable=SC2119
    serve
    given_back_by_deletion_it_leaves_no_object
}

tell the_exit_status_is_that_of_cmd \
    cmd_can_be_written_for_the_shell \
    what_cannot_be_run_is_said_before_the_lock_is_taken \
    standard_input_and_output_are_those_of_cmd \
    cmd_finds_the_lock_in_its_environment \
    a_short_lease_makes_a_short_heartbeat \
    a_nested_lock_has_an_environment_of_its_own \
    tokens_grow \
    nothing_of_ours_is_open_in_cmd \
    neither_is_it_over_http \
    who_does_not_wait_is_told_who_holds_it \
    who_waits_gets_it_when_it_is_given_back \
    with_v_it_says_how_long_it_waited \
    another_file_at_its_place_is_left_alone \
    what_is_wrong_with_the_options_is_said \
    counting_without_any_other_protection_comes_out_right \
    status_shows_them_all \
    an_abandoned_lock_is_freed_by_force \
    a_shortest_hold_outlives_cmd \
    given_back_by_deletion_it_leaves_no_object \
    and_so_it_does_at_a_server
