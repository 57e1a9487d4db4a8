#!/bin/bash
# usage: test_command_serve.sh S3ATOMIC
# `s3atomic serve`, and the other commands through it.
# Stories are called by their names.
# shellcheck disable=SC2016,SC2317
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

what_it_prints_can_be_pasted() {
    serve --bucket more
    expect 0 s3atomic ls
    lists "bkt more"
    echo hello | s3atomic put -q s3://bkt/k || fail put
    expect 0 s3atomic get s3://bkt/k
    is "$(cat out)" hello
    expect 0 s3atomic lock s3://bkt/n -- true
    expect 0 s3atomic status s3://bkt
    says out "n.lock"
    kill -TERM "$server"
    ends 0 "$server"
    # What was written is in the directory.
    expect 0 s3atomic --endpoint "file://$PWD/served_store" get s3://bkt/k
    is "$(cat out)" hello
}

it_ends_on_every_signal() {
    local signal
    for signal in INT TERM HUP QUIT; do
        serve
        kill "-$signal" "$server"
        ends 0 "$server"
        rm served
    done
}

the_directory_can_be_used_beside_it() {
    serve
    expect 0 s3atomic lock s3://bkt/n -- \
        s3atomic --endpoint "file://$PWD/served_store" lock -n -E 9 s3://bkt/other -- true
    expect 9 s3atomic lock s3://bkt/n -- \
        s3atomic --endpoint "file://$PWD/served_store" lock -n -E 9 s3://bkt/n -- true
}

keys_come_from_the_environment_and_are_not_repeated() {
    mkfifo printed
    S3ATOMIC_ACCESS_KEY=alice S3ATOMIC_SECRET_KEY=very-secret-1234 \
        s3atomic --json serve --listen 127.0.0.1:0 --auto-create >printed 2>err.server &
    server=$!
    read -r line <printed
    [[ $line == '{"endpoint":"http://127.0.0.1:'*'"access_key":"alice","secret_key":null}' ]] ||
        fail "$line"
    ! grep -q very-secret err.server || fail "$(cat err.server)"
    says err.server "which is removed at the end"
    unset S3ATOMIC_ENDPOINT
    [[ $line =~ \"endpoint\":\"([^\"]*)\",\"directory\":\"([^\"]*)\" ]]
    AWS_ENDPOINT_URL=${BASH_REMATCH[1]}
    directory=${BASH_REMATCH[2]}
    export AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID=alice
    AWS_SECRET_ACCESS_KEY=very-secret-1234 expect 0 s3atomic put s3://new-bucket/k /dev/null
    AWS_SECRET_ACCESS_KEY=wrong expect 78 s3atomic ls
    AWS_ACCESS_KEY_ID=bob AWS_SECRET_ACCESS_KEY=wrong expect 78 s3atomic ls
    [[ -d $directory ]] || fail "no directory $directory"
    kill -TERM "$server"
    ends 0 "$server"
    [[ ! -e $directory ]] || fail "$directory is still there"
}

it_goes_wrong_on_request() {
    local page
    serve --fault 'reset-after op=PutObject key=lost first=1' --fault 'error=404 op=GetObject'
    page=$AWS_ENDPOINT_URL/-/faults
    says err.server "for tests" "lie"
    echo hello >body
    # Its answer is lost; what became of it is found out.
    expect 0 s3atomic put s3://bkt/lost body
    expect 1 s3atomic get s3://bkt/lost
    curl -fsS "$page" >out || fail curl
    says out '"fault":"reset-after op=PutObject key=lost first=1","matched":1,"injected":1}'
    curl -fsS -X PUT --data-binary 'truncate op=GetObject first=1' "$page" >out || fail curl
    says out '{"faults":[{"fault":"truncate op=GetObject first=1","matched":0,"injected":0}]}'
    curl -fsS -X DELETE "$page" >out || fail curl
    expect 0 s3atomic get s3://bkt/lost
    is "$(cat out)" hello
    kill -TERM "$server"
    ends 0 "$server"
    rm served
    serve
    [[ $(curl -sS -o out -w '%{http_code}' -X PUT --data-binary reset \
        "$AWS_ENDPOINT_URL/-/faults") == 403 ]] || fail "$(cat out)"
    says out --allow-faults
}

what_is_wrong_is_said() {
    serve
    expect 74 s3atomic serve --listen "${AWS_ENDPOINT_URL#http://}"
    says err "port ${AWS_ENDPOINT_URL##*:}" "in use"
    expect 64 s3atomic serve --listen 9000
    says err "127.0.0.1:9000"
    expect 64 s3atomic serve --listen 127.0.0.1:0 --fault 'reset rate=5'
    says err 'faults[0]: word 2, "rate=5": a rate is a percentage'
    expect 64 s3atomic serve --access-key alice
    says err S3ATOMIC_SECRET_KEY
    expect 64 s3atomic serve --listen 127.0.0.1:0 --bucket X
    touch file
    expect 74 s3atomic serve --listen 127.0.0.1:0 --dir file
    expect 64 s3atomic serve something
    expect 78 s3atomic lock s3://no-such-bucket/n -- touch started
    [[ ! -e started ]] || fail "CMD was run"
}

# as NAME WORD...: with that user's keys
as() {
    local name=$1
    shift
    AWS_ACCESS_KEY_ID=$name AWS_SECRET_ACCESS_KEY=secret-of-$name "$@"
}

# serve_to_users: a server for whoever the file `users` names
serve_to_users() {
    local line
    mkfifo served
    s3atomic serve --listen 127.0.0.1:0 --dir served_store --bucket bkt --bucket other \
        --users users "$@" >served 2>err.server &
    server=$!
    exec 6<served
    while read -r line <&6; do
        eval "$line"
        [[ $line != *ACCESS_KEY_ID* ]] || break
    done
    unset S3ATOMIC_ENDPOINT
}

# reloaded COUNT: waits until the server has said so often that it did
reloaded() {
    until (($(grep -c "HUP came" err.server) == $1)); do
        kill -0 "$server" || fail "it has ended: $(cat err.server)"
    done
}

several_users_each_may_do_what_their_line_says() {
    (umask 077 && cat >users <<'USERS')
# the whole team
root    secret-of-root    read-write
reader  secret-of-reader  read-only
worker  secret-of-worker  read-write  bkt
USERS
    serve_to_users
    is "$AWS_ACCESS_KEY_ID" root
    as root expect 0 s3atomic put s3://other/k users
    as reader expect 0 s3atomic get s3://other/k
    as reader expect 77 s3atomic put s3://other/k users
    as worker expect 0 s3atomic put s3://bkt/k users
    as worker expect 77 s3atomic get s3://other/k
    as worker expect 0 s3atomic ls
    lists bkt
    as reader expect 0 s3atomic ls
    lists "bkt other"
    ! grep -q secret-of err.server || fail "$(cat err.server)"
}

hup_reads_the_users_again() {
    (umask 077 && echo "root secret-of-root read-write" >users)
    serve_to_users
    as root expect 0 s3atomic ls
    as late expect 78 s3atomic ls
    echo "late secret-of-late read-only" >>users
    kill -HUP "$server"
    reloaded 1
    as late expect 0 s3atomic ls
    # What cannot be read changes nothing.
    echo "oops" >>users
    kill -HUP "$server"
    reloaded 2
    says err.server "users:3:5: " "all stays as it was"
    as late expect 0 s3atomic ls
    kill -TERM "$server"
    ends 0 "$server"
}

users_come_from_the_environment_too() {
    S3ATOMIC_USERS=$'root secret-of-root read-write\nreader secret-of-reader read-only\n'
    export S3ATOMIC_USERS
    mkfifo served
    s3atomic --json serve --listen 127.0.0.1:0 --bucket bkt >served 2>err.server &
    server=$!
    read -r line <served
    [[ $line =~ \"endpoint\":\"([^\"]*)\" ]]
    unset S3ATOMIC_ENDPOINT
    export AWS_ENDPOINT_URL=${BASH_REMATCH[1]}
    as reader expect 0 s3atomic ls
    as reader expect 77 s3atomic mb s3://more
    as root expect 0 s3atomic mb s3://more
    kill -HUP "$server"
    ends 0 "$server"
    S3ATOMIC_USERS="root" expect 64 s3atomic serve --listen 127.0.0.1:0
    says err "S3ATOMIC_USERS:1:5: "
}

users_that_everybody_can_read_are_refused() {
    echo "root secret-of-root read-write" >users
    chmod 644 users
    expect 64 s3atomic serve --listen 127.0.0.1:0 --users users
    says err "chmod 600 users"
    chmod 600 users
    expect 64 s3atomic serve --listen 127.0.0.1:0 --users users --access-key a
    says err "exclude each other"
    expect 74 s3atomic serve --listen 127.0.0.1:0 --users no-such-file
}

# Its new line would be read with the rest, and the log could be opened: none of it counts.
hup_changes_all_or_nothing() {
    (umask 077 && echo "root secret-of-root read-write" >users)
    mkdir logs
    serve_to_users --access-log logs/log
    as root expect 0 s3atomic ls
    mv logs moved
    echo "late secret-of-late read-only" >>users
    kill -HUP "$server"
    reloaded 1
    says err.server "logs/log" "all stays as it was"
    as late expect 78 s3atomic ls
    mv moved logs
    kill -HUP "$server"
    reloaded 2
    as late expect 0 s3atomic ls
}

limits_are_options() {
    serve --head-timeout 5s --idle-timeout 1m --min-rate 1000 --connections 20 \
        --connections-per-address 10
    curl -sS "$AWS_ENDPOINT_URL/-/metrics" >out
    says out "s3atomic_connections_max 20" "s3atomic_connections_per_address_max 10"
    expect 64 s3atomic serve --connections 0
    says err "--connections"
    (
        ulimit -n 256
        expect 64 s3atomic serve --listen 127.0.0.1:0 --connections 4000
    ) || fail "it starts"
    says err "ulimit -n"
}

# logs FILE TEXT: waits until the text is in the log
logs() {
    until grep -qF -- "$2" "$1"; do
        kill -0 "$server" || fail "it has ended: $(cat err.server)"
    done
}

each_request_leaves_a_line_in_the_log() {
    serve --access-log log
    echo hello >file
    expect 0 s3atomic put "s3://bkt/a b" file
    expect 0 s3atomic get "s3://bkt/a b"
    expect 1 s3atomic get s3://bkt/none
    logs log '"GET /bkt/none'
    line='^127\.0\.0\.1 - '$AWS_ACCESS_KEY_ID' \[.* \+0000\] "PUT /bkt/a%20b[^ "]* HTTP/1\.1" '
    line+='200 0 [0-9A-F]{16} PutObject - 6 [0-9]+$'
    grep -qE "$line" log || fail "$(cat log)"
    grep -qE '"GET /bkt/a%20b HTTP/1\.1" 200 6 .* GetObject - 0 ' log || fail "$(cat log)"
    grep -qE '"GET /bkt/none HTTP/1\.1" 404 .* GetObject NoSuchKey ' log || fail "$(cat log)"
    # Moved away, it goes on in a new one.
    mv log log.1
    kill -HUP "$server"
    reloaded 1
    expect 0 s3atomic ls
    kill -TERM "$server"
    ends 0 "$server"
    says log "ListBuckets"
    ! grep -q ListBuckets log.1 || fail "$(cat log.1)"
    ! grep -q "$AWS_SECRET_ACCESS_KEY" log log.1 || fail "a secret"
}

a_log_of_json_goes_to_standard_output() {
    mkfifo served
    s3atomic --json serve --listen 127.0.0.1:0 --bucket bkt --access-log - --log-format json \
        >served 2>err.server &
    server=$!
    exec 6<served
    read -r line <&6
    [[ $line =~ \"endpoint\":\"([^\"]*)\".*_key\":\"([^\"]*)\",\"secret_key\":\"([^\"]*)\" ]]
    unset S3ATOMIC_ENDPOINT
    export AWS_ENDPOINT_URL=${BASH_REMATCH[1]} AWS_ACCESS_KEY_ID=${BASH_REMATCH[2]}
    AWS_SECRET_ACCESS_KEY=${BASH_REMATCH[3]} expect 0 s3atomic ls s3://bkt
    read -r line <&6
    echo "$line" >line
    says line '{"time":"20' \
        '"operation":"ListObjects","bucket":"bkt","key":null,"status":200,'
}

a_full_disk_stops_only_the_log() {
    serve --access-log /dev/full
    expect 0 s3atomic ls
    expect 0 s3atomic put s3://bkt/k /dev/null
    kill -TERM "$server"
    ends 0 "$server"
    expect 74 s3atomic serve --listen 127.0.0.1:0 --access-log no/such/log
    says err no/such/log
}

conditions_hold_through_it() {
    serve
    echo 1 >one
    expect 0 s3atomic put --if-absent s3://bkt/k one
    etag=$(cat out)
    expect 1 s3atomic put --if-absent s3://bkt/k one
    expect 0 s3atomic update s3://bkt/k -- awk '{ print $1 + 1 }'
    expect 1 s3atomic put --if-match "$etag" s3://bkt/k one
    expect 1 s3atomic rm --if-match "$etag" s3://bkt/k
    expect 0 s3atomic rm --if-match "$(s3atomic head s3://bkt/k | sed -n 's/etag: *//p')" \
        s3://bkt/k
    expect 1 s3atomic head s3://bkt/k
}

cmd_is_gone_before_the_lease_ends_where_the_store_is_gone() {
    serve
    hold n --heartbeat 300ms --lease 3s
    kill -KILL "$server"
    ends 137 "$server" 2>/dev/null
    ends 79 "$holder"
    says err.holder "is in danger" "CMD is ended"
    ! kill -0 "$held_by" 2>/dev/null || fail "CMD is alive"
}

a_store_that_comes_back_in_time_costs_nobody_his_lock() {
    serve
    hold n --heartbeat 200ms --lease 60s
    kill -STOP "$server"
    until [[ $(ps -o state= -p "$server") == T* ]]; do :; done
    kill -CONT "$server"
    let_go
    is "$(cat err.holder)" ""
}

it_takes_all_the_descriptors_that_it_may_have() {
    local soft hard
    ulimit -S -n 256
    serve
    read -r soft hard < <(sed -n 's/^Max open files *//p' "/proc/$server/limits")
    is "$soft" "${hard%% *}"
    is "$(ulimit -S -n)" 256
    kill -TERM "$server"
    ends 0 "$server"
}

tell what_it_prints_can_be_pasted \
    it_ends_on_every_signal \
    the_directory_can_be_used_beside_it \
    it_takes_all_the_descriptors_that_it_may_have \
    keys_come_from_the_environment_and_are_not_repeated \
    several_users_each_may_do_what_their_line_says \
    hup_reads_the_users_again \
    hup_changes_all_or_nothing \
    limits_are_options \
    users_come_from_the_environment_too \
    users_that_everybody_can_read_are_refused \
    it_goes_wrong_on_request \
    each_request_leaves_a_line_in_the_log \
    a_log_of_json_goes_to_standard_output \
    a_full_disk_stops_only_the_log \
    what_is_wrong_is_said \
    conditions_hold_through_it \
    cmd_is_gone_before_the_lease_ends_where_the_store_is_gone \
    a_store_that_comes_back_in_time_costs_nobody_his_lock
