# files EXTENSION...: the tree's files with them, each ended by a NUL; builds are not part of it.
# Where "sh" is asked for, scripts without an extension come along.
files() {
    local extension names=()
    for extension in "$@"; do
        names+=(-o -name "*.$extension")
        [[ $extension != sh ]] || names+=(-o -name '*.bash' -o -path ./run -o -path ./.ci/run)
        [[ $extension != build ]] || names+=(-o -name meson.build)
    done
    find . -type d \( -name 'build*' -o -name .git -o -path ./bench/results \) -prune -o \
        -type f \( -false "${names[@]}" \) -print0 | sort -z
}
