#!/usr/bin/env bash
# The real window on a screen of its own (Xvfb): sets up a small district, opens the
# counter's window, logs in by keys, and looks at what the screen shows; if asked to, it
# also accepts a case by card and previews its notice.
# Usage: build/smoke.sh ONEDOOR WINDOW [PICTURE [PICTURE-OF-THE-PREVIEW]]
set -eu
program=$(realpath "$1") window=$(realpath "$2") picture=${3:+$(realpath -m "$3")} preview=${4:+$(realpath -m "$4")}
repo=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
server="" shown="" reader=""
away() { [ -z "$shown" ] || { kill "$shown" 2>/dev/null || true; sleep 1; kill -9 "$shown" 2>/dev/null || true; wait "$shown" 2>/dev/null || true; }; shown=""; }
finish() {
  away
  [ -z "$reader" ] || kill "$reader" 2>/dev/null || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$dir"
}
trap finish EXIT
export ONEDOOR_KEYDIR=$dir/keys ONEDOOR_HOME= ONEDOOR_PASSPHRASE= LANG=C.UTF-8 HOME=$dir XDG_CACHE_HOME=$dir/cache XDG_RUNTIME_DIR=$dir
cd "$dir"
admin=demo-admin-440604 clerk=demo-clerk-011001
data=$repo/forms/catalog
quietly() { "$@" > out.txt 2>&1 || { cat out.txt >&2; exit 1; }; }
quietly env ONEDOOR_PASSWORD=$admin "$program" hub init --home hub --district 440604 --name 禅城区 --admin admin
quietly env ONEDOOR_PASSWORD=$admin "$program" division import --home hub --user admin "$data/divisions/440604.json"
quietly env ONEDOOR_PASSWORD=$admin "$program" catalog import --home hub --user admin --sample
quietly env ONEDOOR_PASSWORD=$admin ONEDOOR_NEW_PASSWORD=$clerk "$program" user add --home hub --user admin --name clerk --role clerk --division 440604011001
quietly "$program" init --home village --division 440604011001 --counter 01 --name 纯阳社区 --out request
quietly env ONEDOOR_PASSWORD=$admin "$program" hub enroll --home hub --user admin --request request --tier village --out grant
quietly "$program" join --home village --grant grant

Xvfb -displayfd 3 -screen 0 1366x768x24 3> display.txt > xvfb.txt 2>&1 &
server=$!
for _ in $(seq 600); do [ -s display.txt ] && break; sleep 0.1; done
[ -s display.txt ] || { echo "smoke: Xvfb does not start" >&2; cat xvfb.txt >&2; exit 1; }
export DISPLAY=:$(cat display.txt)
unset WAYLAND_DISPLAY
card=""
if [ -n "$preview" ]; then
  "$program" card simulate --listen tcp://127.0.0.1:0 --card R1 --json > reader.txt 2>&1 &
  reader=$!
  for _ in $(seq 600); do grep -q '"url"' reader.txt && break; sleep 0.1; done
  card=$(sed -n 's/.*"url": *"\([^"]*\)".*/\1/p' reader.txt)
fi

# How many colours a part of the screen has: an empty window has one or two.
colours() { import -window root -crop "$1" +repage png:- 2>/dev/null | identify -format %k png:- 2>/dev/null || echo 0; }
waitfor() { # what, tries, command...
  local what=$1 tries=$2; shift 2
  for _ in $(seq "$tries"); do "$@" && return 0; kill -0 "$shown" 2>/dev/null || break; sleep 0.5; done
  echo "smoke: $what" >&2; tail -5 window.txt >&2; import -window root "${picture:-/dev/null}" 2>/dev/null || true
  exit 1
}
id=""
found() { id=$(xdotool search --name 一门办 2>/dev/null | tail -1); [ -n "$id" ]; }
drawn() { [ "$(colours 700x500+300+130)" -gt 20 ]; }
# The head line with its dark ground appears after the login, and nowhere before.
blue() { import -window root png:- 2>/dev/null | convert png:- -crop 20x3+640+6 +repage -scale 1x1 -depth 8 txt:- | grep -qiE 'srgb\(23,74,151\)|#174A97'; }
soon() { for _ in $(seq "$1"); do "$2" && return 0; kill -0 "$shown" 2>/dev/null || return 1; sleep 0.5; done; return 1; }
# Whether a page listens to keys already cannot be seen on a screen. Where they were lost
# a new window gets more time; on a machine that is not busy the first one logs in.
for pause in 2 8 20; do
  away
  "$window" --home village --card-port "$card" >> window.txt 2>&1 &
  shown=$!
  waitfor "no window came up" 120 found
  waitfor "the window stays empty" 120 drawn
  xdotool windowmove "$id" 0 0 windowsize "$id" 1366 768 windowfocus "$id" 2>/dev/null || true
  sleep "$pause"
  xdotool type --delay 60 clerk; xdotool key Return; sleep "$((pause / 4)).5"
  xdotool type --delay 60 "$clerk"; xdotool key Return
  if soon 60 blue; then break; fi
  echo "smoke: no counter after $pause s and the keys" >&2
done
waitfor "the login by keys did not show the counter" 1 blue
[ -z "$picture" ] || import -window root "$picture"

# With a fourth argument: an instant item by card, its notice, and the notice drawn by the
# web view itself. Keys cannot be waited for, so this part has pauses and is not in "make test".
press() { xdotool key "$1"; sleep "${2:-1}"; }
# A drawn page has letters in many greys on white.
drawnpage() {
  import -window root png:- 2>/dev/null | convert png:- -crop 560x300+400+180 +repage screen.png
  [ "$(identify -format %k screen.png)" -gt 40 ] && [ "$(convert screen.png -colorspace gray -format '%[fx:mean>0.7]' info:)" = 1 ]
}
if [ -n "$preview" ]; then
  pause=${PAUSE:-3}
  press F2 "$pause"
  xdotool type --delay 120 syd; sleep "$pause"
  press Return "$pause"
  press 0
  press F9 "$pause"
  press Return "$pause"
  press Tab; press Tab; press Return "$pause"
  import -window root "$preview"
  waitfor "the preview of a notice shows no page" 60 drawnpage
  import -window root "$preview"
fi
if grep -qiE 'panic|fatal error|SIGSEGV' window.txt; then cat window.txt >&2; exit 1; fi
echo "smoke: the window came up, drew the login, and a login by keys showed the counter${preview:+; the notice of a case was drawn}"
