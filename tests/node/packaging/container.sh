#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Containerfile, built as it stands, and its image tried: who runs in it, a member founded in it, ready, and gone at SIGTERM.
# Needs neither a container engine nor a registry of images: buildah works in a chroot, and what stands in for debian:12-slim is
# made by debootstrap. Needs root, a mirror of Debian, and npm's registry; compiles everything, so it takes the time of a build.
# Usage: container.sh WORK_FOLDER      (what is kept in it, a bare Debian and Debian's packages, makes the next run quicker)
set -eu
tree=$(cd "$(dirname "$0")/../../.." && pwd)
for tool in debootstrap buildah; do
  command -v $tool >/dev/null || { echo "SKIPPED: $tool is not installed"; exit 0; }
done
[ "$(id -u)" -eq 0 ] || { echo "SKIPPED: needs root"; exit 0; }
mkdir -p "$1/archives"
work=$(cd "$1" && pwd)
images() { buildah --root "$work/images" --runroot "$work/running" --storage-driver vfs "$@"; }
say() { echo "== $*"; }
fail() { echo "WRONG: $*"; exit 1; }

say "a base that stands in for debian:12-slim"
if [ ! -e "$work/debian-made" ]; then
  rm -rf "$work/root"
  debootstrap --variant=minbase bookworm "$work/root"
  echo force-unsafe-io >"$work/root/etc/dpkg/dpkg.cfg.d/as-in-images"
  touch "$work/debian-made"
fi
rm -rf "$work/images" "$work/running"
base=$(images from scratch)
images add --quiet "$base" "$work/root" / >/dev/null
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then  # whom this machine believes: its network may have an authority of its own
  images copy --quiet "$base" /etc/ssl/certs/ca-certificates.crt /etc/machine-ca.crt >/dev/null
  images config --env NODE_EXTRA_CA_CERTS=/etc/machine-ca.crt "$base"
fi
images config --cmd bash "$base"
images commit --quiet --rm "$base" docker.io/library/debian:12-slim

say "the Containerfile"
images build --isolation chroot --pull-never --volume "$work/archives:/var/cache/apt/archives" \
  --build-arg "SOURCE_DATE_EPOCH=$(git -C "$tree" log -1 --format=%ct)" \
  -f "$tree/node/packaging/container/Containerfile" -t quipud "$tree"

say "its image"
node=$(images from --pull-never quipud)
trap 'images rm "$node" >/dev/null' EXIT
inside() { images run --isolation chroot "$node" -- "$@"; }
images inspect --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}} {{.OCIv1.Config.StopSignal}}' "$node"
version=$(inside quipud --version)
echo "$version"
[ "$version" = "quipud $(sed -n 's/^project(quipu VERSION \([0-9.]*\).*/\1/p' "$tree/CMakeLists.txt")" ] || fail "another version"
[ "$(inside id -un)" = quipu ] || fail "it does not run as quipu"
inside sh -c "$(cat "$tree/tests/node/packaging/container_inside.sh")"
