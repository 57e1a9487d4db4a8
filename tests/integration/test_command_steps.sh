#!/bin/bash
# usage: test_command_steps.sh S3ATOMIC
# `s3atomic acquire`, `renew`, `release` and `check`: a lock that goes from process to process.
# Stories are called by their names.
# shellcheck disable=SC2317,SC2086
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

# takes NAME [OPTION...]: s3://$bkt/NAME; its handle is $handle
takes() {
    local name=$1
    shift
    expect 0 s3atomic acquire "$@" "s3://$bkt/$name"
    handle=$(cat out)
}

a_lock_is_held_between_processes() {
    takes jobs/a --label "step one"
    [[ $handle =~ ^[A-Za-z0-9_-]+$ ]] || fail "no word: $handle"
    is "$(cat err)" ""
    expect 75 s3atomic lock -n s3://$bkt/jobs/a -- touch started
    says err "step one"
    expect 0 s3atomic check --handle "$handle" s3://$bkt/jobs/a
    [[ -s out ]] || fail "no time"
    expect 0 s3atomic release --handle "$handle" s3://$bkt/jobs/a
    is "$(cat out err)" ""
    expect 0 s3atomic lock -n s3://$bkt/jobs/a -- touch started
}

a_handle_may_come_by_standard_input() {
    expect 0 s3atomic acquire s3://$bkt/n
    cp out handle
    expect 0 s3atomic check s3://$bkt/n <handle
    expect 0 s3atomic renew s3://$bkt/n.lock <handle
    cp out handle
    expect 0 s3atomic release s3://$bkt/n <handle
    expect 64 s3atomic release s3://$bkt/n </dev/null
    says err "no handle"
}

renewing_begins_a_new_lease_and_gives_a_new_handle() {
    local token
    takes n --lease 50s --label kept
    token=$(s3atomic --json status s3://$bkt/ | grep -o '"token":[0-9]*')
    expect 0 s3atomic renew --handle "$handle" --lease 2h s3://$bkt/n
    [[ $(cat out) != "$handle" ]] || fail "the same handle"
    expect 0 s3atomic --json status s3://$bkt/
    says out "$token" '"lease_ms":7200000' '"label":"kept"'
    expect 0 s3atomic --json check --handle "$handle" s3://$bkt/n # an older one is as good
    says out '"held":true'
    [[ $(grep -o '"remaining_ms":[0-9]*' out) =~ :7[12][0-9]{5}$ ]] || fail "$(cat out)"
}

what_was_given_back_is_lost() {
    takes n
    expect 0 s3atomic release --handle "$handle" s3://$bkt/n
    expect 79 s3atomic release --handle "$handle" s3://$bkt/n
    says err "given back"
    expect 79 s3atomic renew --handle "$handle" s3://$bkt/n
    is "$(cat out)" ""
    expect 79 s3atomic check --handle "$handle" s3://$bkt/n
    is "$(cat out)" ""
    expect 79 s3atomic --json check --handle "$handle" s3://$bkt/n
    says out '"held":false' '"remaining_ms":0'
}

the_next_holder_is_left_alone() {
    local old
    takes n
    old=$handle
    expect 0 s3atomic unlock --force s3://$bkt/n
    takes n
    expect 79 s3atomic release --handle "$old" s3://$bkt/n
    says err "taken over"
    expect 79 s3atomic renew --handle "$old" s3://$bkt/n
    expect 0 s3atomic check --handle "$handle" s3://$bkt/n
}

a_lease_that_nobody_renewed_is_lost() {
    takes n --lease 200ms
    # It is over as soon as check says so: wait for that itself.
    while s3atomic check --handle "$handle" s3://$bkt/n >/dev/null 2>err; do :; done
    says err "its lease has run out"
    expect 79 s3atomic renew --handle "$handle" s3://$bkt/n
    expect 79 s3atomic release --handle "$handle" s3://$bkt/n
}

a_deleted_lock_is_lost() {
    takes n
    expect 0 s3atomic rm s3://$bkt/n.lock
    expect 79 s3atomic check --handle "$handle" s3://$bkt/n
    says err "deleted"
    expect 79 s3atomic renew --handle "$handle" s3://$bkt/n
}

a_handle_of_another_lock_is_refused() {
    local command
    takes n
    for command in renew release check; do
        expect 64 s3atomic "$command" --handle "$handle" s3://$bkt/other
        says err "is of s3://$bkt/n.lock"
        expect 64 s3atomic "$command" --handle "$handle" s3://other/n
        expect 64 s3atomic "$command" --handle "${handle%?}" s3://$bkt/n
        expect 64 s3atomic "$command" --handle "x$handle" s3://$bkt/n
        expect 64 s3atomic "$command" --handle "$(head -c 5000 /dev/zero | tr '\0' A)" s3://$bkt/n
        expect 64 s3atomic "$command" s3://$bkt/n < <(head -c 5000 /dev/urandom)
    done
    expect 0 s3atomic check --handle "$handle" s3://$bkt/n
}

who_does_not_wait_is_told_who_holds_it() {
    takes n --label mine
    expect 75 s3atomic acquire -n s3://$bkt/n
    says err mine
    is "$(cat out)" ""
    expect 75 s3atomic acquire -w 0.2 s3://$bkt/n
    expect 9 s3atomic acquire -n -E 9 s3://$bkt/n
    expect 75 s3atomic --json acquire -n s3://$bkt/n
    says out '"state":"held"'
    expect 64 s3atomic acquire -n -w 3 s3://$bkt/n
}

who_waits_gets_it_when_it_is_given_back() {
    takes n
    s3atomic acquire -w 60 s3://$bkt/n >waited 2>err.wait &
    expect 0 s3atomic release --handle "$handle" s3://$bkt/n
    ends 0 "$!"
    expect 0 s3atomic check s3://$bkt/n <waited
}

json_tells_all_of_it() {
    expect 0 s3atomic --json acquire --lease 90s s3://$bkt/n
    says out "\"bucket\":\"$bkt\"" '"key":"n.lock"' '"token":' '"owner":"' '"lease_ms":90000' \
        '"handle":"s3a1-'
    handle=$(grep -o 's3a1-[A-Za-z0-9_-]*' out)
    expect 0 s3atomic --json renew --handle "$handle" s3://$bkt/n
    says out '"lease_ms":90000' '"handle":"s3a1-'
}

a_handle_that_nobody_gets_holds_nothing() {
    local status=0
    s3atomic acquire s3://$bkt/n >/dev/full 2>err || status=$?
    is "$status" 74
    expect 0 s3atomic acquire -n s3://$bkt/n
}

a_signal_ends_the_waiting_and_nothing_is_held() {
    takes n
    mkfifo told
    s3atomic -v acquire s3://$bkt/n >waited 2>told &
    local pid=$!
    exec 5<told
    await_line waiting
    kill -TERM "$pid"
    ends 143 "$pid"
    is "$(cat waited)" ""
    expect 0 s3atomic release --handle "$handle" s3://$bkt/n
    expect 0 s3atomic acquire -n s3://$bkt/n
}

# worker FILE: takes the lock, adds one to the number in FILE, and gives it back, a few times over
worker() {
    local word number
    for _ in 1 2 3 4 5; do
        word=$(s3atomic acquire -w 60 s3://$bkt/n) || return 1
        read -r number <"$1"
        word=$(s3atomic renew --handle "$word" s3://$bkt/n) || return 1
        echo $((number + 1)) >"$1"
        s3atomic release --handle "$word" s3://$bkt/n || return 1
    done
}

counting_in_steps_comes_out_right() {
    local pids=() pid
    echo 0 >number
    for _ in 1 2 3 4; do
        worker number &
        pids+=("$!")
    done
    for pid in "${pids[@]}"; do
        ends 0 "$pid"
    done
    is "$(cat number)" 20
}

tell a_lock_is_held_between_processes \
    a_handle_may_come_by_standard_input \
    renewing_begins_a_new_lease_and_gives_a_new_handle \
    what_was_given_back_is_lost \
    the_next_holder_is_left_alone \
    a_lease_that_nobody_renewed_is_lost \
    a_deleted_lock_is_lost \
    a_handle_of_another_lock_is_refused \
    who_does_not_wait_is_told_who_holds_it \
    who_waits_gets_it_when_it_is_given_back \
    json_tells_all_of_it \
    a_handle_that_nobody_gets_holds_nothing \
    a_signal_ends_the_waiting_and_nothing_is_held \
    counting_in_steps_comes_out_right
