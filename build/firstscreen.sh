#!/usr/bin/env bash
# From the start of the window to its login on the screen, compared with an empty Wails
# program: the same module, web view and window size, one page with a heading and a field.
# Both are started in turns on an Xvfb of their own. Only the ratio says something about
# another machine. Usage: build/firstscreen.sh ONEDOOR WINDOW [RUNS]
set -eu
program=$(realpath "$1") window=$(realpath "$2") runs=${3:-5}
repo=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
server=""
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  sleep 0.5
  rm -rf "$dir"
}
trap finish EXIT

# Built with the caches of the caller, from the versions of go.mod.
mkdir "$dir/empty" "$dir/empty/pages" "$dir/screen"
sed 's/^module .*/module empty/' "$repo/go.mod" > "$dir/empty/go.mod"
cp "$repo/go.sum" "$dir/empty/"
cat > "$dir/empty/pages/index.html" <<'HTML'
<!doctype html><html lang="zh"><meta charset="utf-8"><title>empty</title>
<body style="background:#eef2f8;font:20px sans-serif;text-align:center;padding-top:200px"><h1>一门办 empty</h1><p>用户名 <input autofocus></p><button>登录</button></body></html>
HTML
cat > "$dir/empty/main.go" <<'GO'
package main

import (
	"embed"
	"io/fs"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

//go:embed pages
var all embed.FS

func main() {
	pages, err := fs.Sub(all, "pages")
	if err != nil {
		panic(err)
	}
	if err := wails.Run(&options.App{Title: "empty", Width: 1280, Height: 720, AssetServer: &assetserver.Options{Assets: pages}}); err != nil {
		panic(err)
	}
}
GO
tags=desktop,production
if pkg-config --exists webkit2gtk-4.1 2>/dev/null; then tags=$tags,webkit2_41; fi
(cd "$dir/empty" && CGO_ENABLED=1 go build -trimpath -buildvcs=false -ldflags "-s -w" -tags "$tags" -o ../empty-window .)
(cd "$repo" && CGO_ENABLED=0 go build -trimpath -o "$dir/firstscreen" ./build/firstscreen)

export ONEDOOR_KEYDIR=$dir/keys ONEDOOR_HOME= ONEDOOR_PASSPHRASE= LANG=C.UTF-8 HOME=$dir XDG_CACHE_HOME=$dir/cache XDG_RUNTIME_DIR=$dir
cd "$dir"
admin=demo-admin-440604 data=$repo/forms/catalog
quietly() { "$@" > out.txt 2>&1 || { cat out.txt >&2; exit 1; }; }
quietly env ONEDOOR_PASSWORD=$admin "$program" hub init --home hub --district 440604 --name 禅城区 --admin admin
quietly env ONEDOOR_PASSWORD=$admin "$program" division import --home hub --user admin "$data/divisions/440604.json"
quietly env ONEDOOR_PASSWORD=$admin "$program" catalog import --home hub --user admin --sample
quietly "$program" init --home village --division 440604011001 --counter 01 --name 纯阳社区 --out request
quietly env ONEDOOR_PASSWORD=$admin "$program" hub enroll --home hub --user admin --request request --tier village --out grant
quietly "$program" join --home village --grant grant

Xvfb -displayfd 3 -screen 0 1366x768x24 -fbdir "$dir/screen" 3> display.txt > xvfb.txt 2>&1 &
server=$!
for _ in $(seq 100); do [ -s display.txt ] && break; sleep 0.1; done
export DISPLAY=:$(cat display.txt)
unset WAYLAND_DISPLAY
"$dir/firstscreen" --screen "$dir/screen/Xvfb_screen0" --runs "$runs" "$dir/empty-window" "$window" --home village 2> windows.txt || { tail -5 windows.txt >&2; exit 1; }
echo "load of the machine: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores"
