#!/usr/bin/env bash
# Installs with apt-get those of the Debian packages that are missing: as root, or through sudo.
# `build` is what the program needs; `python`, `test`, `fuzz` and `arm` add what the Python package,
# tests, benchmarks, fuzzing and tests for aarch64 (cross-compiled, in qemu) need.
#   scripts/setup.sh build|python|test|fuzz|arm
set -euo pipefail
packages=(
  g++ cmake ninja-build pkg-config make
  libhwy-dev libfmt-dev libcli11-dev nlohmann-json3-dev librandom123-dev
  libeigen3-dev zlib1g-dev libzstd-dev libdeflate-dev libpng-dev libgif-dev libturbojpeg0-dev libwebp-dev
  libcurl4-openssl-dev libdw-dev libcapstone-dev
  ca-certificates
)
case "${1:-build}" in
  build) ;;
  python) packages+=(python3-dev python3-venv) ;;
  test) packages+=(libgtest-dev libbenchmark-dev python3 python3-numpy python3-venv python3-dev clang-format-16 clang-tidy-16 valgrind ccache) ;;
  fuzz) packages+=(clang-16 libclang-rt-16-dev) ;;  # libFuzzer and the sanitizers are in the latter
  arm) foreign=arm64
    packages+=(g++-aarch64-linux-gnu qemu-user python3)
    for library in hwy fmt gtest png gif turbojpeg0 webp deflate zstd dw capstone; do
      packages+=("lib$library-dev:arm64")
    done
    packages+=(zlib1g-dev:arm64 libcurl4-openssl-dev:arm64) ;;
  *) echo "scripts/setup.sh build|python|test|fuzz|arm" >&2; exit 2 ;;
esac
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
how="as root"
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Packages are missing, and only root can install them; there is no sudo here." >&2
    echo "  try: as root, apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
  how="with sudo, which may ask for your password"
fi
echo "Installing ${#missing[@]} packages with apt-get, $how:" | fold -s -w 80
echo "  ${missing[*]}" | fold -s -w 80
[ -z "${foreign:-}" ] || "${as_root[@]}" dpkg --add-architecture "$foreign"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
