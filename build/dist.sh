#!/usr/bin/env bash
# Builds the headless program for every system we ship to into dist/, with
# checksums. Usage: build/dist.sh GO LDFLAGS
set -eu
cd "$(dirname "$0")/.."
go=$1 ldflags=$2
rm -rf dist
mkdir dist
host=$("$go" env GOHOSTOS)/$("$go" env GOHOSTARCH)
never_run=""
for target in linux/amd64 linux/arm64 windows/amd64; do
  os=${target%/*} arch=${target#*/} ext=""
  [ "$os" = windows ] && ext=.exe
  file=dist/onedoor-$os-$arch$ext
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch "$go" build -trimpath -buildvcs=false -ldflags "$ldflags" -o "$file" ./cmd/onedoor
  if [ "$target" = "$host" ]; then
    "$file" version
  else
    never_run="$never_run ${file#dist/}"
  fi
done
cp LICENSE NOTICE THIRD_PARTY.txt README.md README.zh.md dist/
(cd dist && sha256sum -- * > SHA256SUMS && cat SHA256SUMS)
echo "built but never run on this machine 在本机上只编译、没有运行过:$never_run"
