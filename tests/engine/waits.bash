# What the scripts of the engines share: ports that are free, and waiting for what is on its way.

die() {
    printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2
    exit 1
}

# await SECONDS WHAT COMMAND...: until it succeeds
await() {
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" 2>/dev/null; do
        ((SECONDS < until)) || die "no $what"
        sleep 0.05
    done
}

# Does anybody listen there?
is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_ports COUNT: prints the first of so many that follow one another, below those that the
# kernel gives out by itself
free_ports() {
    local try base port
    for ((try = 0; try < 20; try++)); do
        base=$((20000 + RANDOM % (10000 - $1)))
        for ((port = base; port < base + $1; port++)); do
            ! is_taken "$port" || continue 2
        done
        echo "$base"
        return 0
    done
    return 1
}
