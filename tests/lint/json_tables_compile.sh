#!/bin/bash
# usage: json_tables_compile.sh INCLUDE-DIRECTORY
# The table that the header of JSON shows, and one with every kind of row, compile without a warning
# as C11 and as C++17; a row that is not what its member is does not.
set -euo pipefail
include=$1
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
c=() cxx=()
for compiler in gcc clang; do ! command -v $compiler >/dev/null || c+=("$compiler"); done
for compiler in g++ clang++; do ! command -v $compiler >/dev/null || cxx+=("$compiler"); done
((${#c[@]} && ${#cxx[@]})) || { echo "no compiler for C, or none for C++, here"; exit 77; }
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Werror -fsyntax-only)

# compiles FILE: by all of them
compiles() {
    local compiler
    for compiler in "${c[@]}"; do
        "$compiler" -x c -std=c11 "${warnings[@]}" -I "$include" "$1" || return 1
    done
    for compiler in "${cxx[@]}"; do
        "$compiler" -x c++ -std=c++17 "${warnings[@]}" -I "$include" "$1" || return 1
    done
}

# compiles_nowhere FILE
compiles_nowhere() {
    local compiler
    for compiler in "${c[@]}"; do
        ! "$compiler" -x c -std=c11 "${warnings[@]}" -I "$include" "$1" 2>/dev/null || return 1
    done
    for compiler in "${cxx[@]}"; do
        ! "$compiler" -x c++ -std=c++17 "${warnings[@]}" -I "$include" "$1" 2>/dev/null || return 1
    done
}

{
    echo '#include <s3atomic/s3atomic.h>'
    sed -n '/^ \* *enum level {/,/^ \* *static const struct s3a_type config_type/ s/^ \* *//p' \
        "$include/s3atomic/json.h"
    echo 'const struct s3a_codec *codec(void);'
    echo 'const struct s3a_codec *codec(void) { return s3a_json_codec(&config_type); }'
} >"$directory/shown.c"
(($(wc -l <"$directory/shown.c") > 40)) || { echo "no table was found in json.h" >&2; exit 1; }
compiles "$directory/shown.c"

cat >"$directory/all.c" <<'END'
#include <s3atomic/s3atomic.h>

struct part { int value; };
struct entry { char key[8]; struct part *part; };
struct all {
    char *a; const char *b; char c[8]; struct s3a_bytes d; bool e;
    signed char f; short g; int h; long i; long long j;
    unsigned char k; unsigned short l; unsigned m; unsigned long n; unsigned long long o;
    int8_t p; int64_t q; uint8_t r; uint64_t s; size_t t; float u; double v;
    struct part w; struct part *x; struct part *y; int y_count; struct part z[4];
    double aa[4]; uint8_t aa_count; struct entry *bb; size_t bb_count; struct part **cc;
    unsigned short cc_count; struct all *dd; char *ee;
};

static const struct s3a_field part_fields[] = {S3A_FIELD(struct part, value, S3A_DEFAULT("1"))};
static const struct s3a_type part_type = S3A_TYPE_STRICT(struct part, part_fields);
static const struct s3a_type part_pointer_type = S3A_TYPE_POINTER(&part_type);
static const struct s3a_field entry_fields[] = {
    S3A_FIELD_CHARS(struct entry, key), S3A_FIELD_POINTER(struct entry, part, &part_type)};
static const struct s3a_type entry_type = S3A_TYPE(struct entry, entry_fields);

extern const struct s3a_type all_type;
#define ROW(member) S3A_FIELD(struct all, member)
static const struct s3a_field all_fields[] = {
    ROW(a), ROW(b), S3A_FIELD_CHARS(struct all, c, S3A_OPTIONAL, "C"), ROW(d), ROW(e), ROW(f),
    ROW(g), ROW(h), ROW(i), ROW(j), ROW(k), ROW(l), ROW(m), ROW(n), ROW(o), ROW(p), ROW(q), ROW(r),
    ROW(s), ROW(t), ROW(u), S3A_FIELD(struct all, v, S3A_REQUIRED, "V"),
    S3A_FIELD_OF(struct all, w, &part_type, S3A_DEFAULT("{}"), "W"),
    S3A_FIELD_POINTER(struct all, x, &part_type, S3A_OPTIONAL, "X"),
    S3A_FIELD_ARRAY(struct all, y, y_count, &part_type),
    S3A_FIELD_FIXED(struct all, z, &part_type, S3A_REQUIRED, "Z"),
    S3A_FIELD_UP_TO(struct all, aa, aa_count, &s3a_double_type, S3A_OPTIONAL, "AA"),
    S3A_FIELD_MAP(struct all, bb, bb_count, &entry_type, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct all, cc, cc_count, &part_pointer_type, S3A_OPTIONAL, "CC"),
    S3A_FIELD_POINTER(struct all, dd, &all_type, S3A_OPTIONAL),
    S3A_FIELD_UNKNOWN(struct all, ee),
};
extern const struct s3a_type all_type;
const struct s3a_type all_type = S3A_TYPE(struct all, all_fields);
END
compiles "$directory/all.c"

# These differ in their one row.
while read -r row; do
    cat >"$directory/wrong.c" <<END
#include <s3atomic/s3atomic.h>
struct wrong { struct s3a_error error; void *pointer; char chars[8]; int number; bool flag; };
extern const struct s3a_field field;
const struct s3a_field field = $row;
END
    compiles_nowhere "$directory/wrong.c" || { echo "this compiles: $row" >&2; exit 1; }
done <<'END'
S3A_FIELD(struct wrong, error)
S3A_FIELD(struct wrong, pointer)
S3A_FIELD(struct wrong, chars)
S3A_FIELD(struct wrong, missing)
S3A_FIELD_CHARS(struct wrong, number)
S3A_FIELD_POINTER(struct wrong, number, &s3a_int32_type)
S3A_FIELD_FIXED(struct wrong, number, &s3a_int32_type)
S3A_FIELD_ARRAY(struct wrong, chars, error, &s3a_chars_type)
S3A_FIELD_UNKNOWN(struct wrong, error)
END
