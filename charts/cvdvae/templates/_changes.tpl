{{/* The changes that the values ask for, made in an object of the manifests. Each takes a dict of object and root and gives no text. */}}

{{/* What a service is called in the values, from the name of one of its objects: cvdvae-decoder-fine is decoder-fine. */}}
{{- define "cvdvae.role" -}}
{{- . | trimPrefix "cvdvae-" -}}
{{- end -}}

{{/* Where images come from: cvdvae-decoder:0.1.0-cuda becomes REGISTRY/cvdvae-decoder:VERSION-cuda. */}}
{{- define "cvdvae.image" -}}
{{- $images := .root.Values.images -}}
{{- $parts := regexSplit ":" (base .image) -1 -}}
{{- $variant := regexFind "(cpu|cuda)$" .image -}}
{{- with $images.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ first $parts }}:{{ $images.version | default .root.Chart.AppVersion }}-{{ $variant }}
{{- end -}}

{{- define "cvdvae.deployment" -}}
{{- $values := .root.Values -}}
{{- $role := include "cvdvae.role" .object.metadata.name -}}
{{- $template := .object.spec.template -}}
{{- $pod := $template.spec -}}
{{- $container := first $pod.containers -}}
{{- $_ := set $container "image" (include "cvdvae.image" (dict "image" $container.image "root" .root)) -}}
{{- $_ := set $template.metadata "annotations" (dict "checksum/settings" (index $values.settings $role | toJson | sha256sum)) -}}
{{- $volumes := list -}}
{{- range $volume := $pod.volumes -}}
  {{- if ne $volume.name "api-keys" -}}
    {{- if and (eq $volume.name "models") $values.models.existingClaim }}{{ $_ := set $volume.persistentVolumeClaim "claimName" $values.models.existingClaim }}{{ end -}}
    {{- $volumes = append $volumes $volume -}}
  {{- else if $values.apiKeys.secret -}}
    {{- $_ := set $volume.secret "secretName" $values.apiKeys.secret -}}
    {{- $volumes = append $volumes $volume -}}
  {{- end -}}
{{- end -}}
{{- $_ := set $pod "volumes" $volumes -}}
{{- $mounts := list -}}
{{- range $mount := $container.volumeMounts -}}
  {{- if or (ne $mount.name "api-keys") $values.apiKeys.secret }}{{ $mounts = append $mounts $mount }}{{ end -}}
{{- end -}}
{{- $_ := set $container "volumeMounts" $mounts -}}
{{- end -}}

{{- define "cvdvae.config-map" -}}
{{- $role := include "cvdvae.role" (regexReplaceAll "-[a-z0-9]{10}$" .object.metadata.name "") -}}
{{- if not .root.Values.apiKeys.secret }}{{ $_ := unset .object.data "Auth__ApiKeys__Path" }}{{ end -}}
{{- range $key, $value := index .root.Values.settings $role }}{{ $_ := set $.object.data $key (toString $value) }}{{ end -}}
{{- end -}}

{{- define "cvdvae.autoscaler" -}}
{{- $replicas := index .root.Values.replicas (include "cvdvae.role" .object.metadata.name) -}}
{{- $_ := set .object.spec "minReplicas" $replicas.min -}}
{{- $_ := set .object.spec "maxReplicas" $replicas.max -}}
{{- end -}}

{{- define "cvdvae.claim" -}}
{{- $models := .root.Values.models -}}
{{- $_ := set .object.spec.resources.requests "storage" $models.size -}}
{{- with $models.storageClass }}{{ $_ := set $.object.spec "storageClassName" . }}{{ end -}}
{{- end -}}

{{- define "cvdvae.service-account" -}}
{{- $secrets := list -}}
{{- range .root.Values.images.pullSecrets }}{{ $secrets = append $secrets (dict "name" .) }}{{ end -}}
{{- if $secrets }}{{ $_ := set .object "imagePullSecrets" $secrets }}{{ end -}}
{{- end -}}

{{/* The name at which one of the ways in is reached. */}}
{{- define "cvdvae.host" -}}
{{- if hasSuffix "grpc" .name }}{{ .root.Values.edge.grpcHost }}{{ else }}{{ .root.Values.edge.pageHost }}{{ end -}}
{{- end -}}

{{- define "cvdvae.annotations" -}}
{{- with .root.Values.edge.annotations }}{{ $_ := set $.object.metadata "annotations" (merge (deepCopy .) ($.object.metadata.annotations | default dict)) }}{{ end -}}
{{- end -}}

{{- define "cvdvae.ingress" -}}
{{- include "cvdvae.annotations" . -}}
{{- $edge := .root.Values.edge -}}
{{- $host := include "cvdvae.host" (dict "name" .object.metadata.name "root" .root) -}}
{{- with $edge.class }}{{ $_ := set $.object.spec "ingressClassName" . }}{{ end -}}
{{- $_ := set .object.spec "tls" (list (dict "hosts" (list $host) "secretName" $edge.tlsSecret)) -}}
{{- range .object.spec.rules }}{{ $_ := set . "host" $host }}{{ end -}}
{{- end -}}

{{- define "cvdvae.gateway" -}}
{{- include "cvdvae.annotations" . -}}
{{- $edge := .root.Values.edge -}}
{{- with $edge.class }}{{ $_ := set $.object.spec "gatewayClassName" . }}{{ end -}}
{{- range $listener := .object.spec.listeners -}}
  {{- $_ := set $listener "hostname" (include "cvdvae.host" (dict "name" $listener.name "root" $.root)) -}}
  {{- $_ := set $listener.tls "certificateRefs" (list (dict "name" $edge.tlsSecret)) -}}
{{- end -}}
{{- end -}}

{{- define "cvdvae.route" -}}
{{- $_ := set .object.spec "hostnames" (list (include "cvdvae.host" (dict "name" .object.metadata.name "root" .root))) -}}
{{- end -}}
