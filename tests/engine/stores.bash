# Stores that are known by name, and what they do differently from others. The words are those of
# tests/integration/store_traits.h, where the suites ask for them.

# traits_of STORE
traits_of() {
    case $1 in
    '') ;;
    # 16.2.15, as Debian 12 has it.
    ceph-16) echo blind-delete losers-in-doubt buckets-twice raw-prefix ;;
    s3atomic) echo buckets-twice ;;
    s3rver) echo blind-delete ;;
    *) return 1 ;;
    esac
}

# tell_traits STORE
tell_traits() {
    local trait
    for trait in $(traits_of "$1"); do
        case $trait in
        blind-delete) set -- "$1" "DELETE is done whatever If-Match says" ;;
        losers-in-doubt) set -- "$1" "who loses a race for an object may be answered 500" ;;
        buckets-twice) set -- "$1" "making a bucket that one has already is no error" ;;
        raw-prefix) set -- "$1" "a listing below a prefix with control characters is no XML" ;;
        esac
        printf '%s differs: %s (%s)\n' "$1" "$2" "$trait"
    done
}
