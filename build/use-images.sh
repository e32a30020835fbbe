#!/usr/bin/env bash
# Says where Kubernetes takes the images from, in the one place that all of k8s/ uses: k8s/components/images/kustomization.yaml.
#
# Environment: REGISTRY  the registry and the path in it, for example registry.example.com/team; empty for the names alone
#              TAG       of the images for processors (0.1.0-cpu)
#              CUDA_TAG  of the images for graphics cards (TAG with -cuda in place of -cpu)
#              FILE      the file to write (that one)
set -euo pipefail
cd "$(dirname "$0")/.."

registry=${REGISTRY:-}
tag=${TAG:-0.1.0-cpu}
cuda_tag=${CUDA_TAG:-${tag%-cpu}-cuda}
file=${FILE:-k8s/components/images/kustomization.yaml}

fail() { echo "${0##*/}: $*" >&2; exit 1; }

component='[a-z0-9]+([._-]+[a-z0-9]+)*'
[[ -z $registry || $registry =~ ^[A-Za-z0-9.-]+(:[0-9]+)?(/$component)*$ ]] || fail "REGISTRY '$registry' is not a registry and a path in it, such as registry.example.com/team"
for name in TAG:"$tag" CUDA_TAG:"$cuda_tag"; do
  [[ ${name#*:} =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || fail "${name%%:*} '${name#*:}' is not a tag, such as 0.1.0-cpu"
done
[ -f "$file" ] || fail "FILE '$file' is missing"

prefix=${registry:+$registry/}
written=$(mktemp "$file.XXXXXX")
trap 'rm -f "$written"' EXIT
chmod 644 "$written"
# entry NAME NEW-NAME [TAG]
entry() {
  echo "  - name: $1"
  [ "$prefix$2" = "$1" ] && [ $# -eq 3 ] || echo "    newName: $prefix$2"
  [ $# -lt 3 ] || echo "    newTag: $3"
}
{
  sed '/^images:/,$d' "$file"
  echo images:
  for role in gateway encoder decoder trainer; do entry "cvdvae-$role" "cvdvae-$role" "$tag"; done
  echo "  # The tag is the model's own, and stands in the job."
  entry cvdvae-model cvdvae-model
  for role in encoder decoder; do entry "cvdvae-$role-cuda" "cvdvae-$role" "$cuda_tag"; done
} > "$written"
mv "$written" "$file"
trap - EXIT
echo "${registry:-names alone}, $tag, $cuda_tag: $file"
