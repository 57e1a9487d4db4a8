#!/bin/bash
# usage: installed.sh ROOT BUILD PREFIX LIBDIR
# What is installed is found by pkg-config and by CMake, and programs outside of the tree compile
# and run with it.
set -euo pipefail
root=$1 build=$2 libdir=$4
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
prefix=$directory$3

meson install -C "$build" --no-rebuild --quiet --destdir "$directory" >/dev/null
export LD_LIBRARY_PATH=$prefix/$libdir
export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig
export S3ATOMIC_ENDPOINT=file://$directory/store

read -ra flags < <(pkg-config --define-variable=prefix="$prefix" --cflags --libs s3atomic)
cc -std=c11 -o "$directory/lock" "$root/examples/lock.c" "${flags[@]}"
"$directory/lock"

"$prefix/bin/s3atomic" --version
"$prefix/bin/s3atomic" ls s3://my-bucket

command -v cmake >/dev/null || { echo "no cmake here"; exit 77; }
mkdir "$directory/outside"
cat >"$directory/outside/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.13)
project(outside C)
find_package(s3atomic 0.1 REQUIRED)
add_executable(lock ${EXAMPLE})
target_link_libraries(lock s3atomic::s3atomic)
CMAKE
cmake -S "$directory/outside" -B "$directory/outside/build" -DEXAMPLE="$root/examples/lock.c" \
    -DCMAKE_PREFIX_PATH="$prefix" >"$directory/cmake.log" || { cat "$directory/cmake.log"; exit 1; }
cmake --build "$directory/outside/build" >"$directory/cmake.log" ||
    { cat "$directory/cmake.log"; exit 1; }
"$directory/outside/build/lock"
