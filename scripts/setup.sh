#!/usr/bin/env bash
# Installs the Debian packages that the build and the tests need, those that are missing.
#   scripts/setup.sh build|test|fuzz
set -euo pipefail
packages=(
  g++ cmake ninja-build pkg-config make
  libhwy-dev libfmt-dev libcli11-dev nlohmann-json3-dev librandom123-dev
  libeigen3-dev zlib1g-dev libdeflate-dev libpng-dev libgif-dev libturbojpeg0-dev libcurl4-openssl-dev libssl-dev
  ca-certificates
)
case "${1:-build}" in
  build) ;;
  test) packages+=(libgtest-dev libbenchmark-dev python3 python3-numpy clang-format-16 clang-tidy-16 valgrind) ;;
  fuzz) packages+=(clang-16 libclang-rt-16-dev) ;;  # libFuzzer and the sanitizers are in the latter
  *) echo "scripts/setup.sh build|test|fuzz" >&2; exit 2 ;;
esac
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "Installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "These packages are missing and only root can install them: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
