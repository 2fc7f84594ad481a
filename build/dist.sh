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
# The helper programs for vendors' card libraries. Each lies beside the program under
# the name that it looks for, so they have a folder for each system.
for target in linux/amd64/cardhelper linux/arm64/cardhelper windows/amd64/cardhelper.exe windows/386/cardhelper32.exe; do
  IFS=/ read -r os arch name <<< "$target"
  folder=dist/cardhelper-$os-amd64
  [ "$arch" = arm64 ] && folder=dist/cardhelper-$os-arm64
  mkdir -p "$folder"
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch "$go" build -trimpath -buildvcs=false -ldflags "-s -w" -o "$folder/$name" ./app/cardreader/cmd/cardhelper
  # Without arguments it tells its usage and ends with 2.
  if [ "$os/$arch" = "$host" ]; then
    rc=0
    "$folder/$name" 2>/dev/null || rc=$?
    [ "$rc" = 2 ] || { echo "$folder/$name does not start: $rc" >&2; exit 1; }
  else
    never_run="$never_run ${folder#dist/}/$name"
  fi
done
cp build/udev/70-onedoor-card.rules dist/
cp build/windows/card-reader.txt dist/card-reader-windows.txt
# The window program for Windows needs no C compiler; pages must have been built.
if [ -f frontend/dist/index.html ]; then
  file=dist/onedoor-window-windows-amd64.exe
  CGO_ENABLED=0 GOOS=windows GOARCH=amd64 "$go" build -trimpath -buildvcs=false -tags desktop,production -ldflags "$ldflags -H windowsgui" -o "$file" .
  never_run="$never_run ${file#dist/}"
else
  echo "no pages were built, so there is no window program for Windows (make ui) 没有构建网页，不含 Windows 窗口程序" >&2
fi
cp LICENSE NOTICE THIRD_PARTY.txt README.md README.zh.md dist/
(cd dist && find . -type f ! -name SHA256SUMS -printf "%P\n" | LC_ALL=C sort | xargs -d "\n" sha256sum -- > SHA256SUMS && cat SHA256SUMS)
echo "built but never run on this machine 在本机上只编译、没有运行过:$never_run"
