#!/bin/bash
# usage: interop.sh S3ATOMIC CACHE [CLIENT...]
#
# Sessions of real clients against `s3atomic serve` on the loopback address, over HTTP and over
# HTTPS: all that can be had, or those that are named. What is not there is installed: Debian's
# packages where we are root, the newest of PyPI and npm below CACHE. What cannot be had is said to
# be skipped. Ends with a table, and with exit status 0 only where no step failed.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/interop/serving.bash
source "$here/serving.bash"
s3atomic=$1 cache=$2
shift 2
clients=("$@")
((${#clients[@]})) ||
    clients=(aws-cli aws-cli-new boto3 boto3-new aws-sdk-js s3cmd rclone libs3 curl)
work=$(mktemp -d)
trap 'serving_end; rm -rf "$work"' EXIT
steps=(put get range head list create update copy multipart delete)

skip() { echo "skipped: $1: $2" >&2; }

# of_debian PACKAGE COMMAND
of_debian() {
    [[ -x /usr/bin/$2 ]] && return 0
    ((EUID == 0)) && command -v apt-get >/dev/null || return 1
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes \
        --no-install-recommends "$1"; } >"$work/apt.log" 2>&1
}

of_pypi() {
    [[ -x $cache/pypi/bin/aws ]] && return 0
    { python3 -m venv "$cache/pypi" && "$cache/pypi/bin/pip" -q install boto3 awscli; } \
        >"$work/pip.log" 2>&1
}

of_npm() {
    [[ -d $cache/npm/node_modules/@aws-sdk/lib-storage ]] && return 0
    command -v npm >/dev/null || return 1
    mkdir -p "$cache/npm"
    (cd "$cache/npm" && echo '{"private":true}' >package.json &&
        npm install --silent --no-audit @aws-sdk/client-s3 @aws-sdk/lib-storage) \
        >"$work/npm.log" 2>&1
}

# session CLIENT: its lines, or nothing where it is not to be had
session() {
    local client=$1 dir
    dir=$(mktemp -d -p "$work")
    case $client in
    aws-cli) of_debian awscli aws && INTEROP_AWS=/usr/bin/aws "$here/client_aws_cli.sh" "$dir" ;;
    aws-cli-new) of_pypi && INTEROP_AWS=$cache/pypi/bin/aws "$here/client_aws_cli.sh" "$dir" ;;
    boto3) /usr/bin/python3 -c 'import boto3' 2>/dev/null || of_debian python3-boto3 boto3 &&
        /usr/bin/python3 "$here/client_boto3.py" "$dir" ;;
    boto3-new) of_pypi && "$cache/pypi/bin/python" "$here/client_boto3.py" "$dir" ;;
    aws-sdk-js) of_npm && INTEROP_NODE=$cache/npm node "$here/client_aws_sdk_js.mjs" "$dir" ;;
    s3cmd) of_debian s3cmd s3cmd && "$here/client_s3cmd.sh" "$dir" ;;
    rclone) of_debian rclone rclone && "$here/client_rclone.sh" "$dir" ;;
    libs3) echo 'the version that Debian has signs with version 2 only' >&2; return 1 ;;
    curl) of_pypi && INTEROP_PYTHON=$cache/pypi/bin/python "$here/client_curl.sh" "$dir" ;;
    *) echo "there is no client $client" >&2; return 1 ;;
    esac
}

# A certificate for the loopback address, which the clients are told to trust.
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=localhost -addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' \
        -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
    chmod 600 "$work/key.pem"
}

# serve_and_ask SCHEME [OPTION...]
serve_and_ask() {
    export INTEROP_SCHEME=$1
    local client
    shift
    serving_begin "$s3atomic" "$work/store-$INTEROP_SCHEME" "$@"
    export AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
    for client in "${clients[@]}"; do
        : >"$work/said"
        session "$client" >"$work/$client.$INTEROP_SCHEME" 2>"$work/said" || true
        if [[ ! -s $work/$client.$INTEROP_SCHEME ]]; then
            skip "$client over $INTEROP_SCHEME" "$(tail -n 1 "$work/said")"
        else
            cat "$work/said" >&2
        fi
    done
    serving_end
}

export S3ATOMIC_ACCESS_KEY=INTEROP S3ATOMIC_SECRET_KEY
S3ATOMIC_SECRET_KEY=$(head -c 20 /dev/urandom | base64)
unset AWS_CA_BUNDLE AWS_SESSION_TOKEN AWS_PROFILE
serve_and_ask http
if "$s3atomic" serve --help | grep -q -- --tls-cert; then
    certificate
    export AWS_CA_BUNDLE=$work/cert.pem NODE_EXTRA_CA_CERTS=$work/cert.pem
    serve_and_ask https --tls-cert "$work/cert.pem" --tls-key "$work/key.pem"
fi

passed=0 failed=0
printf '\n%-20s' client
printf '%-10s' "${steps[@]}"
printf '\n'
for file in "$work"/*.http "$work"/*.https; do
    [[ -s $file ]] || continue
    name=$(basename "$file")
    printf '%-20s' "${name%.*} ${name##*.}"
    for step in "${steps[@]}"; do
        result=$(awk -v step="$step" '$1 == step { print $2 }' "$file")
        printf '%-10s' "${result:-FAILED}"
        case $result in
        ok) passed=$((passed + 1)) ;;
        -) ;;
        *) failed=$((failed + 1)) ;;
        esac
    done
    printf '\n'
done
echo "interop: $passed steps passed, $failed failed"
((failed == 0 && passed > 0))
