#!/bin/sh
# Builds the BPF sources of src, such as the congestion-control algorithms of src/cc-examples, or others, with
# `ccdk build`.
#
#	scripts/build-bpf.sh				src/*/*.bpf.c, each .o next to its source
#	scripts/build-bpf.sh --check			say which of the committed .o are not what the sources build to
#	scripts/build-bpf.sh --out DIR FILE.bpf.c...	these sources, into DIR
#
# CLANG names another compiler than clang-19. The committed objects are made by that: another version makes other bytes.
set -eu

usage() {
	sed -n '2,/^set/ s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

check=
out=
while [ $# -gt 0 ]; do
	case $1 in
	--check) check=1 ;;
	--out)
		[ $# -ge 2 ] || usage
		mkdir -p "$2"
		out=$2
		shift
		;;
	-*) usage ;;
	*) break ;;
	esac
	shift
done
[ -z "$check" ] || { [ -z "$out" ] && [ $# -eq 0 ]; } || usage
[ $# -eq 0 ] || [ -n "$out" ] || usage

root=$(dirname "$0")/..
clang=${CLANG:-clang-19}
command -v "$clang" >/dev/null || {
	echo "build-bpf: $clang was not found: install the Debian package clang-19, or set CLANG" >&2
	exit 1
}
# The Node that npm ci has brought, where the system's own is older.
PATH=$root/node_modules/.bin:$PATH

build() { # SOURCE DIRECTORY
	name=${1##*/}
	node "$root/cli/main.ts" build --quiet --clang "$clang" -o "$2/${name%.c}.o" "$1" -- -Werror >/dev/null
}

if [ -n "$check" ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
	stale=
	for source in "$root"/src/*/*.bpf.c; do
		object=${source%.c}.o
		build "$source" "$out"
		cmp -s "$object" "$out/${object##*/}" || stale="$stale ${object##*/}"
	done
	for object in "$root"/src/*/*.bpf.o; do
		[ -e "${object%.o}.c" ] || [ ! -e "$object" ] || stale="$stale ${object##*/}"
	done
	if [ -n "$stale" ]; then
		echo "build-bpf: not what the sources build to, by $("$clang" --version | head -n 1):$stale" >&2
		echo "build-bpf: run npm run build:bpf and commit the objects" >&2
		exit 1
	fi
else
	[ $# -gt 0 ] || set -- "$root"/src/*/*.bpf.c
	for source; do
		build "$source" "${out:-$(dirname "$source")}"
	done
fi
