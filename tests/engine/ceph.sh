#!/bin/bash
# usage: ceph.sh start DIR [OSDS [GATEWAYS]]     a cluster of its own, in an empty directory
#        ceph.sh stop DIR                        ends its processes; what is in DIR stays
#        ceph.sh harm DIR SEED                   kills and freezes gateways and OSDs, until TERM
#
# Ceph on the loopback address: a monitor, a manager, OSDs on sparse files, RADOS gateways. The
# programs are Debian's; nothing of the machine's own Ceph, if it has one, is touched, and no root
# is needed. `start` prints the environment of its clients, with ENGINE_ENDPOINTS for all of its
# gateways. Every process is known by its id, and by this cluster's ceph.conf on its command line.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/engine/waits.bash
source "$here/waits.bash"

usage() { sed -n '2,4s/^# //p' "$0" >&2; exit 64; }

(($# >= 2)) || usage
command=$1
mkdir -p "$2"
dir=$(realpath "$2")
conf=$dir/ceph.conf

# What the machine's own Ceph is told, and colours, are no business of ours.
unset CEPH_ARGS CEPH_KEYRING
export CEPH_CONF=$conf

# its_pid NAME: of the process that runs; fails where there is none
its_pid() {
    local pid
    pid=$(cat "$dir/pid/$1" 2>/dev/null) || return 1
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF -- "$conf" || return 1
    echo "$pid"
}

# launch NAME: mon.a, mgr.a, osd.N or gateway.N, in a session of its own
launch() {
    local name=$1 id=${1#*.} program
    case $name in
    mon.*) program=(ceph-mon -i "$id") ;;
    mgr.*) program=(ceph-mgr -i "$id") ;;
    osd.*) program=(ceph-osd -i "$id") ;;
    gateway.*) program=(radosgw -n "client.$name") ;;
    esac
    setsync "$dir/pid/$name" "${program[@]}" -f -c "$conf" >>"$dir/log/$name.out" 2>&1
}

# setsync FILE COMMAND...: starts it in a session of its own, with its id in FILE
setsync() {
    local file=$1
    shift
    rm -f "$file"
    # shellcheck disable=SC2016
    setsid sh -c 'echo $$ >"$0"; exec "$@"' "$file" "$@" </dev/null &
    disown $!
    await 10 "process id in $file" test -s "$file"
}

port_of() { echo $((base + 10 + $1)); }

write_conf() {
    local osds=$1 gateways=$2 n
    cat >"$conf" <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon initial members = a
mon host = [v2:127.0.0.1:$base]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr1 = false
ms bind port min = $((base + 20))
ms bind port max = $((base + 99))
# Nobody but this machine gets here, so nobody has to prove anything; and what is not encrypted
# must be said not to be.
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
keyring = $dir/keyring
run dir = $dir/run
admin socket = $dir/run/\$name.asok
crash dir = $dir/crash
log file = $dir/log/\$name.log
mon cluster log file = $dir/log/cluster.log
debug ms = 0
osd pool default size = $osds
osd pool default min size = $((osds / 2 + 1))
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0

[mon]
mon data = $dir/mon.\$id
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
mon data avail warn = 2
mon data avail crit = 1
auth allow insecure global id reclaim = false
# Who is alone has nobody to wait for; and a test has no minutes for noticing who is gone.
paxos propose interval = 0.05
paxos min wait = 0.01
mon osd down out interval = 3600
mon osd adjust heartbeat grace = false

[mgr]
mgr data = $dir/mgr.\$id
mgr initial modules =

[osd]
osd data = $dir/osd.\$id
osd objectstore = bluestore
osd crush initial weight = 1
osd heartbeat interval = 1
osd heartbeat grace = 4
osd op num shards = 2
osd op num threads per shard = 2
bluestore block create = true
bluestore block size = 4294967296
bluestore cache autotune = false
bluestore cache size = 67108864

[client]
rgw data = $dir/gateway
rgw thread pool size = 64
rgw enable usage log = false
rgw run sync thread = false
rgw dynamic resharding = false
CONF
    for ((n = 0; n < gateways; n++)); do
        # Without tcp_nodelay each GET takes 40 ms.
        cat >>"$conf" <<CONF

[client.gateway.$n]
rgw frontends = beast endpoint=127.0.0.1:$(port_of "$n") tcp_nodelay=1
CONF
    done
}

make_monitor() {
    local fsid
    fsid=$(sed -n 's/^fsid = //p' "$conf")
    mkdir "$dir/mon.a"
    monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$base]" \
        --set-min-mon-release pacific --enable-all-features "$dir/monmap"
    ceph-mon -c "$conf" --mkfs -i a --monmap "$dir/monmap"
}

# make_osds COUNT: told to the monitor together, for each `ceph` takes a second to begin
make_osds() {
    local n uuid=() pids=()
    for ((n = 0; n < $1; n++)); do uuid[n]=$(cat /proc/sys/kernel/random/uuid); done
    for ((n = 0; n < $1; n++)); do echo "osd new ${uuid[n]} $n"; done |
        timeout 60 ceph --connect-timeout 20
    for ((n = 0; n < $1; n++)); do
        mkdir "$dir/osd.$n"
        ceph-osd -c "$conf" -i "$n" --mkfs --osd-uuid "${uuid[n]}" &
        pids+=("$!")
    done
    for n in "${pids[@]}"; do wait "$n"; done
}

answers() {
    [[ $(curl -s -o "$dir/answer" -w '%{http_code}' --max-time 5 "http://127.0.0.1:$1/") == 200 ]]
}

cmd_start() {
    local osds=${1:-1} gateways=${2:-1} n endpoints=()
    [[ $osds == [1-3] && $gateways == [1-3] ]] || usage
    [[ -z $(ls -A "$dir") ]] || die "$dir is not empty"
    mkdir -p "$dir"/{pid,log,run,crash,gateway,mgr.a}
    base=$(free_ports 100) || die "no ports are free"
    write_conf "$osds" "$gateways"
    : >"$dir/keyring"
    # (What fails in a list of && and || does not end a function; in the background it does.)
    (
        make_monitor
        launch mon.a
        make_osds "$osds"
        for ((n = 0; n < osds; n++)); do launch "osd.$n"; done
        # The first that wants pools makes them; two at once would get into each other's way.
        timeout 120 radosgw-admin -c "$conf" user create --uid=engine --display-name=engine \
            --access-key=ENGINE --secret-key="$(cat /proc/sys/kernel/random/uuid)"
        for ((n = 0; n < gateways; n++)); do launch "gateway.$n"; done
        launch mgr.a
    ) >"$dir/log/start.out" 2>&1 &
    wait $! || { tail -n 20 "$dir/log/start.out" >&2; die "Ceph does not start"; }
    for ((n = 0; n < gateways; n++)); do
        await 120 "gateway $n" answers "$(port_of "$n")"
        endpoints+=("http://127.0.0.1:$(port_of "$n")")
    done
    cat >"$dir/environment" <<ENVIRONMENT
export AWS_ENDPOINT_URL=${endpoints[0]}
export AWS_ACCESS_KEY_ID=ENGINE
export AWS_SECRET_ACCESS_KEY=$(sed -n 's/.*"secret_key": "\(.*\)".*/\1/p' "$dir/log/start.out")
export AWS_REGION=us-east-1
export ENGINE_ENDPOINTS="${endpoints[*]}"
ENVIRONMENT
    cat "$dir/environment"
}

# gone NAME
gone() { ! its_pid "$1" >/dev/null; }

# end NAME: frozen or not; by force where it takes too long
end() {
    local pid
    pid=$(its_pid "$1") || { rm -f "$dir/pid/$1"; return 0; }
    kill -TERM "$pid" || true
    kill -CONT "$pid" || true
    for ((i = 0; i < 100; i++)); do
        gone "$1" && break
        sleep 0.1
    done
    if pid=$(its_pid "$1"); then
        kill -KILL "$pid" || true
        await 20 "end of $1" gone "$1"
    fi
    rm -f "$dir/pid/$1"
}

# all KIND...: the names of those that were launched
all() {
    local kind file
    for kind in "$@"; do
        for file in "$dir/pid/$kind".*; do
            [[ ! -e $file ]] || echo "${file##*/}"
        done
    done
}

cmd_stop() {
    local name kind
    # Who is served goes before who serves; those of a kind side by side.
    for kind in gateway mgr osd mon; do
        for name in $(all "$kind"); do end "$name" & done
        wait
    done
}

says() { timeout 30 ceph --connect-timeout 20 "$@"; }

# All OSDs are up, and have told each other what they missed.
is_whole() {
    local osds='"num_osds":([0-9]+),"num_up_osds":([0-9]+)' pgs='^([0-9]+) pgs: ([0-9]+) active'
    [[ $(says osd stat -f json) =~ $osds ]] && ((BASH_REMATCH[1] == BASH_REMATCH[2])) &&
        [[ $(says pg stat) =~ $pgs ]] && ((BASH_REMATCH[1] == BASH_REMATCH[2]))
}

heal() {
    local name pid n
    for name in $(all osd gateway); do
        if pid=$(its_pid "$name"); then
            kill -CONT "$pid"
        else
            launch "$name"
        fi
    done
    await 100 "health" is_whole
    for ((n = 0; n < $(all gateway | wc -l); n++)); do
        await 20 "gateway $n" answers "$(port_of "$n")"
    done
}

# pause MS MS: for longer than the one and shorter than the other; a signal ends it
pause() {
    local ms=$(($1 + RANDOM % ($2 - $1)))
    sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))" &
    wait $! || true
}

cmd_harm() {
    local name pid names is_over='' kills=0 freezes=0
    RANDOM=$1
    base=$(sed -n 's/^mon host = .*://p' "$conf")
    base=${base%]}
    trap 'is_over=1' TERM
    mapfile -t names < <(all gateway osd)
    until [[ -n $is_over ]]; do
        name=${names[RANDOM % ${#names[@]}]}
        if ! pid=$(its_pid "$name"); then
            launch "$name"
        elif ((RANDOM % 2)); then
            kill -KILL "$pid"
            kills=$((kills + 1))
            pause 200 2000
            launch "$name"
        else
            kill -STOP "$pid"
            freezes=$((freezes + 1))
            pause 200 6000
            kill -CONT "$pid"
        fi
        pause 500 3000
    done
    trap '' TERM
    heal
    echo "ceph: $kills kills and $freezes freezes of gateways and OSDs"
}

case $command in
start) cmd_start "${@:3}" ;;
stop) cmd_stop ;;
harm) cmd_harm "${3:-1}" ;;
*) usage ;;
esac
