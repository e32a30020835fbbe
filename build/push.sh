#!/usr/bin/env bash
# Pushes the images to a registry: push.sh [TARGET...], of gateway, encoder, decoder, trainer (all), model. It takes them from buildah's
# store of build/images.sh or, where they are not there, from docker or podman; log in with the same program before (buildah login,
# docker login, podman login).
#
# Environment: REGISTRY     the registry and the path in it, for example registry.example.com/team
#              VARIANT, TAG as for build/images.sh (cpu, 0.1.0-VARIANT); of the model: NAME-VERSION
#              NEW_TAG      the tag there (TAG)
#              INSECURE     1: the registry has no TLS, or a certificate that nobody signed; buildah and podman alone (docker has that
#                           in its own configuration)
#              IMAGE_STORE  as for build/images.sh (artifacts/images)
set -euo pipefail
cd "$(dirname "$0")/.."

registry=${REGISTRY:-}
variant=${VARIANT:-cpu}
tag=${TAG:-0.1.0-$variant}
new_tag=${NEW_TAG:-$tag}
store=${IMAGE_STORE:-artifacts/images}
targets=("$@")
[ $# -gt 0 ] || targets=(gateway encoder decoder trainer)

fail() { echo "${0##*/}: $*" >&2; exit 1; }

[ -n "$registry" ] || fail 'REGISTRY is missing: the registry and the path in it, for example registry.example.com/team'
for target in "${targets[@]}"; do
  [[ $target =~ ^(gateway|encoder|decoder|trainer|model)$ ]] || fail "'$target' is not gateway, encoder, decoder, trainer or model"
done

verify=()
[ "${INSECURE:-}" != 1 ] || verify=(--tls-verify=false)

# Each program by itself: has NAME says whether it has an image, push NAME NEW_NAME sends it.
buildah_has() { [ -f "$store/storage.conf" ] && command -v buildah > /dev/null && stored inspect --type image "localhost/$1" &> /dev/null; }
buildah_push() { stored push --signature-policy "$store/policy.json" "${verify[@]}" "localhost/$1" "docker://$2"; }
stored() { CONTAINERS_STORAGE_CONF="$(cd "$store" && pwd)/storage.conf" buildah "$@"; }
docker_has() { command -v docker > /dev/null && docker image inspect "$1" > /dev/null 2>&1; }
docker_push() { docker tag "$1" "$2" && docker push "$2"; }
podman_has() { command -v podman > /dev/null && podman image exists "$1"; }
podman_push() { podman push "${verify[@]}" "$1" "$2"; }

# All are there before the first is sent.
programs=()
for target in "${targets[@]}"; do
  image="cvdvae-$target:$tag"
  for program in buildah docker podman none; do
    [ "$program" != none ] || fail "$image is nowhere: make images${TAG:+ TAG=$TAG}, or docker build --target $target --tag $image ."
    if "${program}_has" "$image"; then
      programs+=("$program")
      break
    fi
  done
done

for index in "${!targets[@]}"; do
  image="cvdvae-${targets[index]}:$tag"
  there="$registry/cvdvae-${targets[index]}:$new_tag"
  "${programs[index]}_push" "$image" "$there"
  echo "$there"
done
