#!/usr/bin/env bash
# Writes the manifests that the Helm chart carries, from k8s/: chart.sh [FOLDER] (charts/cvdvae/files). k8s/ is their source, and nothing
# there is edited by hand; charts/cvdvae/templates puts the chart's values into them.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-charts/cvdvae/files}
mkdir -p "$folder" artifacts
folder=$(cd "$folder" && pwd)
work=$(mktemp -d artifacts/chart.XXXXXX) # kustomize takes relative paths alone
trap 'rm -rf "$work"' EXIT

# write NAME BASE COMPONENT...: a file of the chart; BASE is base, or base/order, which renders to nothing.
write() {
  local name=$1 base=$2
  shift 2
  {
    [ -z "$base" ] || echo "resources: [../../k8s/$base]"
    echo 'components:'
    for component in "$@"; do echo "  - ../../k8s/components/$component"; done
  } > "$work/kustomization.yaml"
  { echo "# From k8s/: ${base:+$base, }$*. Written by build/chart.sh (make chart)."; kubectl kustomize "$work"; } > "$folder/$name.yaml"
}

write cpu base embedded-model api-keys
write cpu-volume base api-keys
write gpu base gpu api-keys
write gpu-two-stage base two-stage gpu api-keys
write ingress base/order ingress
write gateway-api base/order gateway-api
