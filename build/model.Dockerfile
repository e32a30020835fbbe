# An image that holds one model and puts it below /models, a volume, when it runs. `make model-image MODEL=folder`, or
#
#   docker build --file build/model.Dockerfile --build-arg FOLDER=mine/0.7 --tag cvdvae-model:mine-0.7 path/of/the/model
#
# Any base will do that has a shell, cp and mv.
ARG RUNTIME_IMAGE=docker.io/library/busybox:1.37
FROM ${RUNTIME_IMAGE}
# Where it lies below /models: name/version.
ARG FOLDER
COPY *.json *.safetensors /model/
ENV FOLDER=${FOLDER}
USER 10001:10001
# The services look at a folder that appears as soon as it is there, and pass over names with a dot in front: it gets its name when it
# is whole. What is there already stays as it is.
ENTRYPOINT set -eu; \
  if [ -e "/models/$FOLDER" ]; then echo "/models/$FOLDER is there already"; exit 0; fi; \
  coming="/models/.$(echo "$FOLDER" | tr / -).coming"; \
  rm -rf "$coming"; \
  mkdir -p "/models/$(dirname "$FOLDER")" "$coming"; \
  cp /model/* "$coming"; \
  mv "$coming" "/models/$FOLDER"; \
  echo "/models/$FOLDER"
