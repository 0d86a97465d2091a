#!/bin/sh
# Builds the BPF sources of src, such as the congestion-control algorithms of src/cc-examples, or others, into objects.
#
#	scripts/build-bpf.sh				src/*/*.bpf.c, each .o next to its source
#	scripts/build-bpf.sh --check			say which of the committed .o are not what the sources build to
#	scripts/build-bpf.sh --out DIR FILE.bpf.c...	these sources, into DIR
#
# CLANG and LLVM_STRIP name other programs than clang-19 and llvm-strip-19. The committed objects are made by
# clang 19: another version makes other bytes.
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
		out=$(realpath "$2")
		shift
		;;
	-*) usage ;;
	*) break ;;
	esac
	shift
done
[ -z "$check" ] || { [ -z "$out" ] && [ $# -eq 0 ]; } || usage
[ $# -eq 0 ] || [ -n "$out" ] || usage

clang=${CLANG:-clang-19}
strip=${LLVM_STRIP:-llvm-strip-19}
for tool in "$clang" "$strip"; do
	command -v "$tool" >/dev/null || {
		echo "build-bpf: $tool was not found: install the Debian packages clang-19 and llvm-19," \
			"or set CLANG and LLVM_STRIP" >&2
		exit 1
	}
done

# The compiler writes the names of the files it reads, and their text, into .BTF and .BTF.ext. With relative names and
# the working directory called "." an object is the same whatever the checkout is called. (-ffile-prefix-map does not
# serve: the compiler then looks for the text under the name it was mapped to.)
root=$(realpath "$(dirname "$0")/..")
caller=$(pwd)
cd "$root"

build() { # SOURCE OBJECT
	"$clang" -O2 -g -target bpf -mcpu=v3 -std=gnu11 \
		-Wall -Wextra -Wno-unused-parameter -Werror \
		-fdebug-compilation-dir=. -I src/cc-examples/include \
		-c "$1" -o "$2"
	# DWARF is twice the rest of the object and no loader reads it; BTF stays.
	"$strip" -g "$2"
}

if [ -n "$check" ]; then
	out=$(mktemp -d)
	trap 'rm -rf "$out"' EXIT
	stale=
	for source in src/*/*.bpf.c; do
		object=${source%.c}.o
		build "$source" "$out/${object##*/}"
		cmp -s "$object" "$out/${object##*/}" || stale="$stale $object"
	done
	for object in src/*/*.bpf.o; do
		[ -e "${object%.o}.c" ] || [ ! -e "$object" ] || stale="$stale $object"
	done
	if [ -n "$stale" ]; then
		echo "build-bpf: not what the sources build to, by $("$clang" --version | head -n 1):$stale" >&2
		echo "build-bpf: run npm run build:bpf and commit the objects" >&2
		exit 1
	fi
elif [ $# -gt 0 ]; then
	for source; do
		case $source in
		/*) ;;
		*) source=$caller/$source ;;
		esac
		source=$(realpath --relative-to="$root" "$source")
		object=${source##*/}
		build "$source" "$out/${object%.c}.o"
	done
else
	for source in src/*/*.bpf.c; do
		object=${source##*/}
		build "$source" "${out:-${source%/*}}/${object%.c}.o"
	done
fi
