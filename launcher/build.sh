#!/usr/bin/env bash
# Builds the launchers for all targets (or for those named) into launcher/target/prebuilt/, on Debian 12 for x86_64.
#
#   launcher/build.sh --setup            installs what is needed (as root): Debian's cross compilers and Rust with its source, zig
#   launcher/build.sh [TARGET…]          builds; then `node launcher/prebuilt.mjs` packs the results into launcher/prebuilt/
#
# The same sources and tools give the same bytes, whatever folder this is in: paths are mapped away, nothing has a date.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$here/target
tools=$work/tools
out=${MOCHI_LAUNCHER_OUT:-$work/prebuilt}

DEBIAN_PACKAGES="rustc-web=1.96.0+dfsg1-1~deb12u2 cargo-web=1.96.0+dfsg1-1~deb12u2 rust-web-src=1.96.0+dfsg1-1~deb12u2
  gcc-riscv64-linux-gnu libc6-dev-riscv64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross
  gcc-mingw-w64-x86-64-win32 llvm-14 python3-venv"
ZIG=0.17.1
CARGO_ZIGBUILD=0.24.1
ALL="x86_64-linux aarch64-linux riscv64gc-linux s390x-linux x86_64-macos aarch64-macos x86_64-windows aarch64-windows"

# Debian's own Rust, which brings the source of its standard library; it has no other targets, so that is built too.
export CARGO=/usr/bin/cargo RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1

if [ "${1:-}" = --setup ]; then
  apt-get update
  # shellcheck disable=SC2086 # a list of words
  apt-get install -y --no-install-recommends $DEBIAN_PACKAGES
  python3 -m venv "$tools/venv"
  "$tools/venv/bin/pip" install --quiet "ziglang==$ZIG"
  cargo install --locked --root "$tools" --version "$CARGO_ZIGBUILD" cargo-zigbuild
  ln -sf /usr/bin/llvm-objcopy-14 "$tools/bin/rust-objcopy" # strips Mach-O
  exit
fi

export PATH=$tools/bin:$tools/venv/bin:$PATH
export CARGO_ZIGBUILD_ZIG_PATH=$tools/venv/lib/$(ls "$tools/venv/lib")/site-packages/ziglang/zig
export SOURCE_DATE_EPOCH=0 ZERO_AR_DATE=1 CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$work/cross
cargo_home=${CARGO_HOME:-$HOME/.cargo}
remap="--remap-path-prefix=$here=launcher --remap-path-prefix=$work/cross=build"
std="-Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size"
# It checks its own file before anything else (src/os/entry.rs, src/os/windows/callback.rs).
entry="-C link-arg=-Wl,-e,mochi_entry"
static="-C target-feature=+crt-static -C relocation-model=static -C link-arg=-Wl,--build-id=none $entry"
# Nothing is relocated in a static executable, so there is nothing to protect after that; it has one mapping less.
musl="-C link-self-contained=no -C relro-level=off $entry"
# Two segments, and the check in the first page (the other linker puts it near the front by its name).
musl="$musl -C link-arg=-Wl,-T,$here/linux.ld"
cd "$here"
mkdir -p "$out"
"$CARGO" fetch --locked
# The folder of downloaded crates is named after the registry, or its mirror.
for crates in "$cargo_home"/registry/src/*/; do remap="$remap --remap-path-prefix=${crates%/}=crates"; done

# zig TRIPLE [OPTION…]: with zig as compiler and linker.
zig() {
  local triple=$1
  shift
  # shellcheck disable=SC2086
  RUSTFLAGS="$remap" "$tools/bin/cargo-zigbuild" rustc --release --locked $std --target "$triple" -- "$@"
}

# gcc TRIPLE PREFIX FLAGS: with a cross compiler of Debian's.
gcc() {
  local triple=$1 prefix=$2 flags=$3 name
  name=${triple//-/_}
  # shellcheck disable=SC2086
  env "CARGO_TARGET_${name^^}_LINKER=$prefix-gcc" "CC_$name=$prefix-gcc" "AR_$name=$prefix-ar" RUSTFLAGS="$remap $flags" \
    "$CARGO" build --release --locked $std --target "$triple"
}

for target in ${@:-$ALL}; do
  suffix= made=$CARGO_TARGET_DIR
  case $target in
    x86_64-linux) triple=x86_64-unknown-linux-musl && zig $triple $musl ;;
    aarch64-linux) triple=aarch64-unknown-linux-musl && zig $triple $musl ;;
    # Not musl: there the crates libc and rustix disagree on statfs (s390x), and libc lacks a register name (riscv64).
    s390x-linux) triple=s390x-unknown-linux-gnu && gcc $triple s390x-linux-gnu "$static" ;;
    riscv64gc-linux) triple=riscv64gc-unknown-linux-gnu && gcc $triple riscv64-linux-gnu "$static" ;;
    # The deployment target would otherwise be that of the newest macOS.
    x86_64-macos | aarch64-macos) triple=${target%-macos}-apple-darwin && MACOSX_DEPLOYMENT_TARGET=11.0 zig $triple -C link-arg=-Wl,-dead_strip_dylibs ;;
    x86_64-windows)
      suffix=.exe triple=x86_64-pc-windows-gnu
      # GNU ld orders imports by the paths of the files that they come from, so this folder is the same everywhere, after /usr.
      made=/var/tmp/mochi-launcher
      CARGO_TARGET_DIR=$made gcc $triple x86_64-w64-mingw32 \
        "--remap-path-prefix=$made=build -C link-arg=-Wl,--no-insert-timestamp $entry"
      ;;
    aarch64-windows) suffix=.exe triple=aarch64-pc-windows-gnullvm && zig $triple $entry ;;
    *) echo "unknown target: $target (known: $ALL)" >&2 && exit 2 ;;
  esac
  cp "$made/$triple/release/mochi-launcher$suffix" "$out/$target"
  echo "$target: $(stat -c %s "$out/$target") bytes, sha256 $(sha256sum <"$out/$target" | cut -d' ' -f1)"
done
