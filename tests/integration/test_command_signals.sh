#!/bin/bash
# usage: test_command_signals.sh S3ATOMIC
# `s3atomic lock` and signals: while it waits, while CMD runs, when either is stopped or killed.
# Stories are called by their names.
# shellcheck disable=SC2317,SC2086
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

# wait_behind_holder: starts one who waits for s3://$bkt/n; $waiter is its process
wait_behind_holder() {
    mkfifo progress
    s3atomic lock -v s3://$bkt/n -- touch started 2>progress &
    waiter=$!
    exec 5<progress
    await_line "waiting: lock s3://$bkt/n.lock: held by"
}

a_signal_ends_the_waiting_at_once() {
    local signal
    hold n
    for signal in INT TERM HUP QUIT; do
        wait_behind_holder
        kill "-$signal" "$waiter"
        ends $((128 + $(kill -l "$signal"))) "$waiter"
        rm progress
    done
    [[ ! -e started ]] || fail "CMD was started"
    let_go
    # Nobody is left who could take it.
    expect 0 s3atomic status --json s3://$bkt/n
    says out '"state":"free"' "\"pid\":$holder"
}

who_waits_can_be_stopped_and_goes_on() {
    hold n
    wait_behind_holder
    kill -TSTP "$waiter"
    until [[ $(ps -o state= -p "$waiter") == T* ]]; do :; done
    kill -CONT "$waiter"
    let_go
    ends 0 "$waiter"
    [[ -e started ]] || fail "CMD was not run"
}

what_is_ignored_stays_ignored() {
    local line
    mkfifo held gate
    trap '' HUP
    s3atomic lock s3://$bkt/n -c 'echo >held; read -r x <gate; exit 5' &
    holder=$!
    trap - HUP
    read -r line <held
    kill -HUP "$holder"
    echo >gate
    ends 5 "$holder"
}

# run SCRIPT: runs it under the lock until it says ready; $runner is s3atomic's process
run() {
    [[ -p never ]] || mkfifo never
    mkfifo ready
    s3atomic lock s3://$bkt/n -- bash -c "$1" 2>err &
    runner=$!
    exec 5<ready
    await_line ready
}

signals_are_passed_on() {
    local signal
    for signal in INT TERM HUP QUIT USR1 USR2; do
        s3atomic lock s3://$bkt/n -- sleep 1000 2>err &
        runner=$!
        # Not a shell, which might catch the signal and forget it when it makes room for another.
        until [[ $(ps -o comm= --ppid "$runner") == sleep ]]; do :; done
        kill "-$signal" "$runner"
        ends $((128 + $(kill -l "$signal"))) "$runner"
    done
    run "trap 'exit 11' WINCH; echo ready >ready
         exec 7<>never; while :; do read -rt 0.1 -u 7; done"
    kill -WINCH "$runner"
    ends 11 "$runner"
}

grandchildren_are_ended_too() {
    local rest
    mkfifo alive
    # Both grandchildren hold the pipe open for as long as they live.
    exec 8<>alive
    run 'exec 9>alive; sleep 1000 & (sleep 1000; :) & exec 9>&-; echo ready >ready; wait'
    exec 7<alive 8>&-
    kill -TERM "$runner"
    ends 143 "$runner"
    read -r rest <&7 && fail "somebody is alive: $rest"
    expect 0 s3atomic lock -n s3://$bkt/n -- true
}

it_is_held_until_the_whole_group_is_gone() {
    mkfifo gate
    run 'exec 5<&-; read -r x <gate & echo ready >ready; exit 6'
    until grep -q "others of its process group" err; do :; done
    expect 75 s3atomic lock -n s3://$bkt/n -- true
    echo >gate
    ends 6 "$runner"
    expect 0 s3atomic lock -n s3://$bkt/n -- true
}

cmd_ends_with_s3atomic_and_the_lock_is_succeeded() {
    local rest
    mkfifo alive
    exec 8<>alive
    run 'exec 9>alive; echo ready >ready; exec sleep 1000'
    exec 7<alive 8>&-
    kill -KILL "$runner"
    ends 137 "$runner" 2>/dev/null
    read -r rest <&7 && fail "CMD is alive: $rest"
    expect 75 s3atomic lock -n s3://$bkt/n -- true
}

one_that_is_killed_is_succeeded_when_its_lease_has_ended() {
    hold n --heartbeat 200ms --lease 600ms
    kill -KILL "$holder"
    ends 137 "$holder" 2>/dev/null
    expect 0 s3atomic lock -w 60 s3://$bkt/n -- true
}

one_that_is_stopped_for_too_long_finds_it_lost() {
    hold n --heartbeat 200ms --lease 600ms
    kill -STOP "$holder"
    expect 0 s3atomic lock -w 60 s3://$bkt/n -- touch started
    kill -CONT "$holder"
    ends 79 "$holder"
    grep -qE "in danger|was lost" err.holder || fail "$(cat err.holder)"
    # CMD was ended.
    ! kill -0 "$held_by" 2>/dev/null || fail "CMD is alive"
}

one_that_was_stopped_but_in_time_goes_on() {
    hold n
    kill -STOP "$holder"
    until [[ $(ps -o state= -p "$holder") == T* ]]; do :; done
    kill -CONT "$holder"
    let_go
}

cmd_that_is_stopped_keeps_the_lock_and_can_be_resumed() {
    hold n
    kill -STOP "$held_by"
    until grep -q "is stopped (STOP)" err.holder; do :; done
    expect 75 s3atomic lock -n s3://$bkt/n -- true
    kill -CONT "$holder"
    let_go
}

max_hold_ends_cmd_in_time() {
    expect 79 s3atomic lock --heartbeat 200ms --lease 5s --max-hold 900ms s3://$bkt/n -- \
        sh -c 'trap "echo ended; exit 3" TERM; sleep 1000 & wait'
    says out ended
    says err "--max-hold allows"
    expect 0 s3atomic lock -n s3://$bkt/n -- true
}

on_lost_decides_what_happens() {
    expect 79 s3atomic lock --on-lost kill --heartbeat 200ms --lease 5s --max-hold 900ms \
        s3://$bkt/n -- sh -c 'trap "echo ended" TERM; sleep 1000 & wait; wait'
    is "$(cat out)" ""
    hold n --on-lost ignore --heartbeat 200ms --lease 600ms
    kill -STOP "$holder"
    expect 0 s3atomic lock -w 60 s3://$bkt/n -- true
    kill -CONT "$holder"
    until grep -q "CMD goes on" err.holder; do :; done
    kill -0 "$held_by" || fail "CMD was ended"
    echo >gate
    ends 79 "$holder"
}

tell a_signal_ends_the_waiting_at_once \
    who_waits_can_be_stopped_and_goes_on \
    what_is_ignored_stays_ignored \
    signals_are_passed_on \
    grandchildren_are_ended_too \
    it_is_held_until_the_whole_group_is_gone \
    cmd_ends_with_s3atomic_and_the_lock_is_succeeded \
    one_that_is_killed_is_succeeded_when_its_lease_has_ended \
    one_that_is_stopped_for_too_long_finds_it_lost \
    one_that_was_stopped_but_in_time_goes_on \
    cmd_that_is_stopped_keeps_the_lock_and_can_be_resumed \
    max_hold_ends_cmd_in_time \
    on_lost_decides_what_happens
