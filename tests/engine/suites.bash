# The suites of engine.sh, and how they are counted.
# shellcheck disable=SC2154

say() { printf '%s\n' "$*" >&2; }

passed=0 failed=0

# tally SUITE PASSED FAILED: a line, and into the sum
tally() {
    passed=$((passed + $2)) failed=$((failed + $3))
    printf '%-12s %d passed, %d failed, %d s\n' "$1" "$2" "$3" "$((SECONDS - began))"
}

# taps SUITE COMMAND...: something that speaks TAP
taps() {
    local suite=$1 status=0 good bad
    began=$SECONDS
    shift
    S3ATOMIC_TEST_ENDPOINT=${endpoints[0]} S3ATOMIC_TEST_DIFFERS=$traits \
        timeout --kill-after=10 900 "$@" >"$work/$suite.log" 2>&1 || status=$?
    good=$(grep -E '^ok [0-9]' "$work/$suite.log" | grep -vc '# SKIP') || true
    bad=$(grep -cE '^not ok [0-9]' "$work/$suite.log") || true
    grep -E '^ok .*# SKIP' "$work/$suite.log" >&2 || true
    ((status == 0 || bad > 0)) || bad=1 # it crashed, or took too long
    ((bad == 0)) || cat "$work/$suite.log" >&2
    tally "$suite" "$good" "$bad"
}

# holds SUITE COMMAND...: something that ends with 0 where all is well, and its last lines with it
holds() {
    local suite=$1 status=0
    began=$SECONDS
    shift
    timeout --kill-after=10 900 "$@" >"$work/$suite.log" 2>&1 || status=$?
    if ((status == 0)); then
        grep -E '^(fire|count|demo|ceph|figures): ' "$work/$suite.log" || true
        tally "$suite" 1 0
    else
        cat "$work/$suite.log" >&2
        say "$suite ended with $status"
        tally "$suite" 0 1
    fi
}

# suites_of TARGET
suites_of() {
    case $1 in
    ceph)
        echo doctor semantics locks command demo count fire count_harmed fire_harmed versioned
        echo figures
        ;;
    s3rver) echo refused ;;
    *) echo doctor semantics locks command demo count fire figures ;;
    esac
}

suite_semantics() {
    taps semantics "$build/tests/integration/test_store_semantics" endpoint
}

suite_locks() {
    taps locks "$build/tests/integration/test_lock_contest" endpoint
}

suite_command() {
    local name
    for name in lock steps signals; do
        taps "command_$name" "$here/../integration/test_command_$name.sh" "$s3atomic"
    done
}

suite_figures() { holds figures "$build/tests/engine/figures" "${endpoints[0]}"; }

suite_demo() { holds demo "$build/examples/demo" "${endpoints[0]}"; }

# given: the options of programs that take a store that is there already
given() {
    local endpoint
    for endpoint in "${endpoints[@]}"; do printf -- '--endpoint\n%s\n' "$endpoint"; done
    [[ -z $1 ]] || printf -- '--harm\n%s\n' "$1"
}

# burn SUITE HARM
burn() {
    local options
    mapfile -t options < <(given "$2")
    holds "$1" "$build/tests/fire/fire" "$s3atomic" --for "$burn" "${options[@]}"
}

# add_up SUITE ROUNDS HARM
add_up() {
    local options
    mapfile -t options < <(given "$3")
    holds "$1" "$build/tests/fire/count" "$s3atomic" --processes 8 --rounds "$2" "${options[@]}"
}

suite_count() { add_up count 50 ''; }
suite_fire() { burn fire ''; }
suite_count_harmed() { add_up count_harmed 100 "$harm $RANDOM"; }
suite_fire_harmed() { burn fire_harmed "$harm $RANDOM"; }

# bring_s3rver CACHE
bring_s3rver() {
    [[ ! -x $1/s3rver/node_modules/.bin/s3rver ]] || return 0
    command -v npm >/dev/null || return 1
    mkdir -p "$1/s3rver"
    (cd "$1/s3rver" && echo '{"private":true}' >package.json &&
        timeout 120 npm install --silent --no-audit --no-fund s3rver@3.7.1) >"$work/npm.log" 2>&1
}

# told SUITE: a session of its own, each step of which must do as it says; what it says otherwise
# is shown
told() {
    local suite=$1 status=0
    began=$SECONDS
    mkdir -p "$work/$suite"
    (set -e; cd "$work/$suite"; "tell_$suite") >"$work/$suite.log" 2>&1 &
    wait $! || status=$?
    if ((status == 0)); then
        grep '^ok ' "$work/$suite.log"
        tally "$suite" "$(grep -c '^ok ' "$work/$suite.log")" 0
    else
        cat "$work/$suite.log" >&2
        tally "$suite" 0 1
    fi
}

# ends STATUS COMMAND...: with that, its output to the files out and err
ends() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err || status=$?
    ((status == wanted)) && return 0
    echo "$* ended with $status, not $wanted: $(cat out err)"
    return 1
}

# Nobody gets a lock here, nor anything that depends on a condition; and that is said.
refuses() {
    ends 76 "$s3atomic" lock "s3://$1/n" -- touch started
    cat err
    [[ ! -e started ]]
    ends 76 "$s3atomic" acquire "s3://$1/n"
    [[ ! -s out ]]
    ends 76 "$s3atomic" put --if-absent "s3://$1/k" /dev/null
    ends 76 "$s3atomic" update "s3://$1/k" -- cat
    echo "ok locks and conditions are refused"
}

# What the doctor must find of what is stated beforehand.
tell_doctor() {
    export S3ATOMIC_ENDPOINT=${endpoints[0]}
    local bucket=doctor-$$
    ends 0 "$s3atomic" mb "s3://$bucket"
    ends 0 "$s3atomic" doctor "s3://$bucket"
    cat out
    grep -q '^  locks  *SAFE$' out
    if [[ $traits == *blind-delete* ]]; then
        grep -q '^  delete on release  UNSAFE' out
    fi
    ends 0 "$s3atomic" ls -r "s3://$bucket"
    [[ ! -s out ]]
    ends 0 "$s3atomic" rm --bucket "s3://$bucket"
    echo "ok the doctor finds what is known of it, and leaves nothing"
}

suite_doctor() { told doctor; }

# unsafe BUCKET WORD: so says the doctor, and why
unsafe() {
    ends 76 "$s3atomic" doctor "s3://$1"
    cat out
    grep -q '^  locks  *UNSAFE' out
    grep -q "$2" out
    echo "ok the doctor finds it unsafe"
}

tell_refused() {
    export S3ATOMIC_ENDPOINT=${endpoints[0]}
    ends 0 "$s3atomic" mb s3://refused
    refuses refused
    unsafe refused 'more than one winner'
    ends 0 "$s3atomic" ls -r s3://refused
    [[ ! -s out ]]
    echo "ok nothing is left"
    ends 0 "$s3atomic" lock --unsafe-store s3://refused/n -- true
    echo "ok who takes the risk by name gets what he wants"
}

suite_refused() { told refused; }

# signed METHOD URL [OPTION...]: of curl, which prints the status
signed() {
    curl -s -o answer -w '%{http_code}' --max-time 20 --aws-sigv4 aws:amz:us-east-1:s3 \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -X "$@"
}

tell_versioned() {
    export S3ATOMIC_ENDPOINT=${endpoints[0]}
    local body='<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    body+='<Status>Enabled</Status></VersioningConfiguration>'
    ends 0 "$s3atomic" mb s3://versioned
    [[ $(signed PUT "${endpoints[0]}/versioned?versioning=" -d "$body") == 200 ]]
    grep -q Enabled <(signed GET "${endpoints[0]}/versioned?versioning="; cat answer)
    refuses versioned
    unsafe versioned 'versioning is on'
}

suite_versioned() { told versioned; }
