#!/bin/bash
# usage: test_command_tls.sh S3ATOMIC
# `s3atomic serve` over TLS, and what its clients have to trust.
# Stories are called by their names.
# shellcheck disable=SC2016,SC2317
# shellcheck source=tests/integration/command.bash
source "${BASH_SOURCE[0]%/*}/command.bash" "$1"

# certify NAME [DAYS]: NAME.pem, which its own key NAME.key has signed
certify() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -signkey "$1.key" -days "${2:-2}" -out "$1.pem" \
        -extfile <(echo "subjectAltName=IP:127.0.0.1") || fail "no certificate"
    chmod 600 "$1.key"
}

# connect: a connection to it, which descriptors 7 (to it) and 8 (from it) speak through
connect() {
    mkfifo to_it from_it
    openssl s_client -quiet -CAfile "$1" -verify_return_error -connect "${AWS_ENDPOINT_URL#*//}" \
        <to_it >from_it 2>err.connect &
    exec 7>to_it 8<from_it
}

# is_healthy: asks through it
is_healthy() {
    local line
    printf 'GET /-/health HTTP/1.1\r\nHost: h\r\n\r\n' >&7
    read -r line <&8 || fail "no answer: $(cat err.connect)"
    is "$line" $'HTTP/1.1 200 OK\r'
    while [[ $line != ok ]]; do
        read -r line <&8 || fail "the answer breaks off"
    done
}

whoever_trusts_it_uses_it_as_any_other() {
    certify one
    serve --tls-cert one.pem --tls-key one.key
    [[ $AWS_ENDPOINT_URL == https://127.0.0.1:* ]] || fail "$AWS_ENDPOINT_URL"
    export AWS_CA_BUNDLE=$PWD/one.pem
    head -c 3000000 /dev/urandom >large
    expect 0 s3atomic put s3://bkt/large large
    expect 0 s3atomic get s3://bkt/large
    cmp large out || fail "it comes back otherwise"
    expect 0 s3atomic lock s3://bkt/n -- true
    hold n --heartbeat 100ms
    expect 9 s3atomic lock -n -E 9 s3://bkt/n -- true
    let_go
    kill -TERM "$server"
    ends 0 "$server"
}

whoever_does_not_trust_it_sends_nothing() {
    certify one
    certify other
    serve --tls-cert one.pem --tls-key one.key
    expect 69 s3atomic ls
    says err "certificate" "AWS_CA_BUNDLE"
    AWS_CA_BUNDLE=$PWD/other.pem expect 69 s3atomic ls
    AWS_ENDPOINT_URL=${AWS_ENDPOINT_URL/https/http} expect 69 s3atomic ls
}

nothing_older_than_1_2_is_spoken() {
    local address
    certify one
    serve --tls-cert one.pem --tls-key one.key
    address=${AWS_ENDPOINT_URL#*//}
    openssl s_client -tls1_2 -CAfile one.pem -connect "$address" </dev/null >out 2>&1
    says out "Protocol  : TLSv1.2" "Verify return code: 0"
    openssl s_client -tls1_3 -CAfile one.pem -connect "$address" </dev/null >out 2>&1
    says out "TLSv1.3"
    ! openssl s_client -tls1_1 -cipher ALL:@SECLEVEL=0 -connect "$address" </dev/null >out 2>&1 ||
        fail "TLS 1.1: $(cat out)"
}

hup_shows_another_certificate_and_cuts_nobody_off() {
    certify one
    certify two
    cp one.pem cert.pem
    (umask 077 && cp one.key key.pem)
    serve --tls-cert cert.pem --tls-key key.pem
    connect one.pem
    is_healthy
    cat two.pem >cert.pem
    cat two.key >key.pem
    kill -HUP "$server"
    until grep -q "HUP came" err.server; do kill -0 "$server" || fail "it has ended"; done
    is_healthy
    AWS_CA_BUNDLE=$PWD/one.pem expect 69 s3atomic ls
    AWS_CA_BUNDLE=$PWD/two.pem expect 0 s3atomic ls
    # One that cannot be used changes nothing.
    cat one.key >key.pem
    kill -HUP "$server"
    until grep -q "all stays" err.server; do kill -0 "$server" || fail "it has ended"; done
    says err.server "key.pem: this is not the key of the certificate in cert.pem"
    AWS_CA_BUNDLE=$PWD/two.pem expect 0 s3atomic ls
    is_healthy
}

# ends_for: reads from a bare connection, which says HELLO or nothing, until it is closed
ends_for() {
    exec 5<>"/dev/tcp/${address%:*}/${address#*:}"
    printf '%s' "$1" >&5
    timeout 60 cat <&5 >/dev/null || fail "it stays open"
    exec 5<&-
}

a_handshake_that_does_not_come_is_not_waited_for() {
    local address
    certify one
    serve --tls-cert one.pem --tls-key one.key --head-timeout 100ms --idle-timeout 1h
    address=${AWS_ENDPOINT_URL#*//}
    ends_for ""
    ends_for $'\x16\x03\x01\x02'
    curl -sS --cacert one.pem "$AWS_ENDPOINT_URL/-/metrics" >out
    says out 's3atomic_connections_cut_total{reason="head"} 2'
}

what_cannot_be_shown_is_said_at_the_start() {
    certify good
    certify other
    certify expired -1
    openssl pkcs8 -topk8 -passout pass:x -in good.key -out encrypted.key
    chmod 600 encrypted.key
    (umask 077 && echo nothing >empty.key)
    refused good.pem other.key "other.key: this is not the key of the certificate in good.pem"
    refused expired.pem expired.key "expired.pem: the certificate has expired, 20"
    refused good.pem encrypted.key "encrypted.key: the key is encrypted"
    refused good.pem empty.key "empty.key: there is no key in it"
    refused good.key good.key "good.key: there is no certificate in it"
    chmod 644 good.key
    refused good.pem good.key "chmod 600 good.key"
    expect 74 s3atomic serve --listen 127.0.0.1:0 --tls-cert none.pem --tls-key other.key
    says err none.pem
    expect 64 s3atomic serve --listen 127.0.0.1:0 --tls-cert good.pem
    says err tls_key_file
}

# refused CERT KEY TEXT
refused() {
    expect 64 s3atomic serve --listen 127.0.0.1:0 --tls-cert "$1" --tls-key "$2"
    says err "$3"
}

tell whoever_trusts_it_uses_it_as_any_other \
    whoever_does_not_trust_it_sends_nothing \
    nothing_older_than_1_2_is_spoken \
    hup_shows_another_certificate_and_cuts_nobody_off \
    a_handshake_that_does_not_come_is_not_waited_for \
    what_cannot_be_shown_is_said_at_the_start
