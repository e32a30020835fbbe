#!/usr/bin/env bash
# Builds the images of the Dockerfile with buildah, without a container engine: images.sh [TARGET...], of gateway, encoder, decoder, trainer (all), and of model,
# one that holds a model (build/model.Dockerfile). They are called localhost/cvdvae-TARGET:TAG.
#
# The base images are made here, from a small Debian (debootstrap) and the .NET SDK of this machine, unless SDK_IMAGE and RUNTIME_IMAGE name others. Needs root.
#
# Environment: VARIANT         cpu or cuda: the libtorch that the images carry (cpu)
#              TAG             tag of the images (0.1.0-VARIANT; of the model NAME-VERSION, as its model.json says)
#              MODEL           folder of the model for the target model
#              ARCHIVES        folder to write each image to as cvdvae-TARGET.tar, for `docker load` and `ctr images import` (none)
#              SDK_IMAGE, RUNTIME_IMAGE   base images to pull instead (made here)
#              SUITE, MIRROR   of Debian (bookworm, http://deb.debian.org/debian)
#              IMAGE_STORE     folder of images, containers and the Debian (artifacts/images); CONTAINERS_STORAGE_CONF=FOLDER/storage.conf lets buildah see them
set -euo pipefail
cd "$(dirname "$0")/.."

variant=${VARIANT:-cpu}
archives=${ARCHIVES:-}
suite=${SUITE:-bookworm}
mirror=${MIRROR:-http://deb.debian.org/debian}
store=${IMAGE_STORE:-artifacts/images}
targets=("$@")
[ $# -gt 0 ] || targets=(gateway encoder decoder trainer)

fail() { echo "${0##*/}: $*" >&2; exit 1; }

for target in "${targets[@]}"; do
  [[ $target =~ ^(gateway|encoder|decoder|trainer|model)$ ]] || fail "'$target' is not gateway, encoder, decoder, trainer or model"
done

# text FIELD: a text among the outer fields of the model's model.json, of characters that a folder and a tag may have.
text() {
  local value
  value=$(tr -d '\n' < "$MODEL/model.json" | sed -nE 's/^[[:space:]]*\{(([^{}"]|"([^"\\]|\\.)*")*[,[:space:]])?"'"$1"'"[[:space:]]*:[[:space:]]*"([A-Za-z0-9][A-Za-z0-9_.-]*)".*/\4/p')
  [ -n "$value" ] || fail "MODEL '$MODEL': model.json has no $1 of letters, digits, '.', '_' and '-'"
  echo "$value"
}
if [[ " ${targets[*]} " == *' model '* ]]; then
  [ -n "${MODEL:-}" ] || fail 'MODEL is missing: the folder of the model'
  [ -f "$MODEL/model.json" ] || fail "MODEL '$MODEL' is no folder of a model: it has no model.json"
  model_name=$(text name)
  model_version=$(text version)
fi
[[ $variant =~ ^(cpu|cuda)$ ]] || fail "VARIANT '$variant' is not cpu or cuda"
[ "$(id -u)" -eq 0 ] || fail 'only root can build images here'
command -v buildah > /dev/null || fail 'buildah is missing'

mkdir -p "$store"
store=$(cd "$store" && pwd)
cat > "$store/storage.conf" << CONF
[storage]
driver = "overlay"
graphroot = "$store/storage"
runroot = "$store/run"
CONF
export CONTAINERS_STORAGE_CONF="$store/storage.conf"
# Configuration of containers that this machine lacks: any image may be used, none is signed.
policy="$store/policy.json"
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > "$policy"

# The .NET SDK that `dotnet` is of.
sdk_root() { dirname "$(readlink -f "$(command -v dotnet)")"; }

# make_base NAME: a Debian with the runtime of ASP.NET Core, from this machine's SDK.
make_base() {
  local name=$1 dotnet container
  ! buildah inspect --type image "$name" > /dev/null 2>&1 || return 0
  command -v debootstrap > /dev/null || fail 'debootstrap is missing'
  if [ ! -f "$store/debian/.with-tcmalloc" ]; then
    rm -rf "$store/debian"
    debootstrap --variant=minbase --include=ca-certificates,libstdc++6,libtcmalloc-minimal4 "$suite" "$store/debian" "$mirror"
    rm -rf "$store"/debian/var/cache/apt/archives/*.deb "$store"/debian/var/lib/apt/lists/*
    touch "$store/debian/.with-tcmalloc"
  fi

  dotnet=$(sdk_root)
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$store/debian" /
  buildah copy --quiet "$container" "$dotnet/dotnet" /usr/share/dotnet/dotnet
  buildah copy --quiet "$container" "$dotnet/host" /usr/share/dotnet/host
  buildah copy --quiet "$container" "$dotnet/shared" /usr/share/dotnet/shared
  buildah config --env PATH=/usr/share/dotnet:/usr/local/bin:/usr/bin:/bin --env DOTNET_RUNNING_IN_CONTAINER=true "$container"
  buildah commit --signature-policy "$policy" --quiet --rm "$container" "$name"
}

options=(--isolation chroot --format docker --layers --signature-policy "$policy" --build-arg "VARIANT=$variant")
if [ -n "${SDK_IMAGE:-}" ] || [ -n "${RUNTIME_IMAGE:-}" ]; then
  [ -z "${SDK_IMAGE:-}" ] || options+=(--build-arg "SDK_IMAGE=$SDK_IMAGE")
  [ -z "${RUNTIME_IMAGE:-}" ] || options+=(--build-arg "RUNTIME_IMAGE=$RUNTIME_IMAGE")
else
  make_base localhost/cvdvae-base:latest
  # The SDK is this machine's, and so are its packages: nothing is downloaded twice.
  packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}
  mkdir -p "$packages"
  options+=(--build-arg SDK_IMAGE=localhost/cvdvae-base --build-arg RUNTIME_IMAGE=localhost/cvdvae-base
    --volume "$(sdk_root):/usr/share/dotnet:ro" --volume "$packages:/root/.nuget/packages" --volume /etc/ssl/certs:/etc/ssl/certs:ro)
fi

for target in "${targets[@]}"; do
  if [ "$target" = model ]; then
    tag=${TAG:-$model_name-$model_version}
    image="localhost/cvdvae-model:$tag"
    base=${RUNTIME_IMAGE:-$([ -n "${SDK_IMAGE:-}" ] || echo localhost/cvdvae-base)}
    buildah bud --isolation chroot --format docker --signature-policy "$policy" ${base:+--build-arg "RUNTIME_IMAGE=$base"} \
      --build-arg "FOLDER=$model_name/$model_version" --file build/model.Dockerfile --tag "$image" "$MODEL"
  else
    tag=${TAG:-0.1.0-$variant}
    image="localhost/cvdvae-$target:$tag"
    buildah bud "${options[@]}" --target "$target" --tag "$image" .
  fi
  if [ -n "$archives" ]; then
    mkdir -p "$archives"
    rm -f "$archives/cvdvae-$target.tar"
    buildah push --signature-policy "$policy" --quiet "$image" "docker-archive:$archives/cvdvae-$target.tar:cvdvae-$target:$tag"
  fi
done
