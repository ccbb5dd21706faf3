#!/bin/sh
# Puts the files of the image together, from the folder of the sources:
#
#   deploy/image/assemble.sh /image
#
# /image/files is the root of the image; everything in it belongs to root. /image/owned has what belongs to the user of the
# image. The Containerfile copies both, and `bun run test:deploy` runs the program from them.
set -eu
sources=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
image=$(cd "$1" && pwd)
files=$image/files
app=$files/app
# The path may be a wrapper of npm, or a link.
bun=$("${BUN:-bun}" -e 'console.log(process.execPath)')

mkdir -p "$app/web" "$files/usr/local/bin" "$files/etc" "$files/tmp" "$files/proc" "$files/dev" "$image/owned/data"
chmod 700 "$image/owned/data"

cd "$sources"
cp -R package.json bun.lock bunfig.toml patches tsconfig.json LICENSE THIRD_PARTY.md adapters api core demo server sql worker "$app"
cp -R web "$app"
rm -rf "$app/web/dist"

# Peers and optional packages are what a helper of a helper may use: compilers, types, other databases.
cd "$app"
"$bun" install --production --omit=peer --omit=optional --frozen-lockfile --ignore-scripts --no-progress
"$bun" web/build.ts
# The bundles have all that browsers load of it.
find web -mindepth 1 -maxdepth 1 ! -name dist -exec rm -rf {} +
rm -rf patches bun.lock bunfig.toml tsconfig.json

# What nobody runs: types, maps, the source text of the SQLite library, and its build for other systems. Licences stay.
find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete
native=$("$bun" -e 'console.log(`${process.platform}-${process.arch}`)')
rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src node_modules/.cache
find node_modules/better-sqlite3/prebuilds -mindepth 1 -maxdepth 1 ! -name "*$native*" -exec rm -rf {} +

# The runtime, and the libraries that it and the addon for SQLite link to. There is no shell in the image.
cp -L "$bun" "$files/usr/local/bin/bun"
libraries=$(find node_modules -name '*.node' -exec ldd "$bun" {} +)
if echo "$libraries" | grep 'not found' >&2; then exit 1; fi
echo "$libraries" | grep -oE '/[^ ]+\.so[^ ]*' | sort -u | while read -r library; do
  mkdir -p "$files$(dirname "$library")"
  cp -L "$library" "$files$library"
done
echo 'hosts: files dns' >"$files/etc/nsswitch.conf"
echo 'cartwright:x:65532:65532::/data:/sbin/nologin' >"$files/etc/passwd"
echo 'cartwright:x:65532:' >"$files/etc/group"
chmod -R u=rwX,go=rX "$files"
