#!/usr/bin/env bash
# Lists the system packages that a purpose needs (run, once, test, race, window, e2e, smoke), says which are
# missing, and installs those on Debian and Ubuntu. Elsewhere it says what is
# needed and stops. Usage: build/packages.sh PURPOSE
set -eu
cd "$(dirname "$0")/.."
purpose=$1

# command:package that brings it
case $purpose in
  once|run) need="" ;;
  test)   need="pdftotext:poppler-utils qpdf:qpdf certutil:libnss3-tools syncthing:syncthing lp:cups-client /usr/sbin/cupsd:cups-daemon" ;;
  race)   need="gcc:gcc" ;;
  window) need="gcc:gcc pkg-config:pkg-config" ;;
  e2e)    need="chromium:chromium" ;;
  smoke)  need="gcc:gcc pkg-config:pkg-config Xvfb:xvfb xdotool:xdotool import:imagemagick" ;;
  *) echo "packages.sh: unknown purpose $purpose" >&2; exit 2 ;;
esac
case $purpose in
  run|test|window|e2e|smoke) [ ! -f frontend/package.json ] || need="$need node:nodejs npm:npm" ;;
esac

missing=""
for pair in $need; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
# Libraries have no command of their own to look for.
if [ "$purpose" = window ] || [ "$purpose" = smoke ]; then
  pkg-config --exists gtk+-3.0 2>/dev/null || missing="$missing libgtk-3-dev"
  # The older 4.0 will do where it is all there is.
  pkg-config --exists webkit2gtk-4.1 2>/dev/null || pkg-config --exists webkit2gtk-4.0 2>/dev/null || missing="$missing libwebkit2gtk-4.1-dev"
fi
# The browser of the walks and the window draw with the system's fonts.
if { [ "$purpose" = e2e ] || [ "$purpose" = smoke ]; } && ! { command -v fc-list >/dev/null 2>&1 && fc-list | grep -qi cjk; }; then
  missing="$missing fontconfig fonts-noto-cjk"
fi
no_go=""
build/go.sh >/dev/null || no_go=yes

if [ -z "$missing" ] && [ -z "$no_go" ]; then
  echo "packages for '$purpose': nothing to install"
  exit 0
fi

like=""
[ -r /etc/os-release ] && like=$(. /etc/os-release; echo "${ID:-} ${ID_LIKE:-}")
case " $like " in
  *" debian "*|*" ubuntu "*) ;;
  *)
    echo "This is not Debian or Ubuntu. Please install, then run make again:" >&2
    echo "本系统不是 Debian 或 Ubuntu，请先自行安装以下软件再运行 make:" >&2
    [ -z "$no_go" ] || echo "  Go 1.26 or newer, https://go.dev/dl/" >&2
    for p in $missing; do echo "  $p (Debian name)" >&2; done
    exit 1 ;;
esac

run=""
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "needs root or sudo to install:${no_go:+ golang-go}$missing" >&2
    exit 1
  fi
  run=sudo
fi
echo "packages to install 将要安装的软件包:${no_go:+ golang-go}$missing"
$run apt-get update -q
if [ -n "$no_go" ]; then
  # Debian 12 still has 1.19, which cannot build this and cannot fetch a newer one.
  offered=$(apt-cache policy golang-go | sed -n 's/ *Candidate: *\([0-9]*:\)\{0,1\}1\.\([0-9]*\).*/\2/p')
  if [ "${offered:-0}" -lt 21 ]; then
    echo "This system offers no Go that is new enough. Please install Go 1.26 or newer from" >&2
    echo "https://go.dev/dl/ into /usr/local/go, then run make again." >&2
    exit 1
  fi
  missing="golang-go$missing"
fi
$run env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
