# The images of the services and of the trainer, one target each:
#
#   docker build --target gateway --tag cvdvae-gateway:0.1.0 .
#   docker build --target decoder --build-arg VARIANT=cuda --tag cvdvae-decoder:0.1.0-cuda .
#
# `make web` before it puts the page into the gateway's image. Without a container engine: build/images.sh.

# Any image with the .NET SDK 10, and any with glibc, libstdc++, bash and the runtime of ASP.NET Core 10, and with tcmalloc or apt-get.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0

FROM ${SDK_IMAGE} AS source
# cpu or cuda: which libtorch encoder, decoder and trainer carry.
ARG VARIANT=cpu
ENV TorchBackend=${VARIANT} DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
WORKDIR /source
COPY . .

FROM ${RUNTIME_IMAGE} AS runtime
# Nothing is written but what a log or a client asks for; a number, since Kubernetes can't tell whether a name is root.
USER 10001:10001
ENV DOTNET_EnableDiagnostics=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /app
COPY --chmod=755 build/health-check.sh LICENSE /app/
COPY LICENSES /app/LICENSES

FROM source AS publish-gateway
RUN dotnet publish services/Cvdvae.Gateway --configuration Release --output /publish

FROM runtime AS gateway
ENV Listen__Grpc=http://*:5000 Listen__Http1=http://*:5001
EXPOSE 5000 5001
COPY --from=publish-gateway /publish /app
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/app/health-check.sh", "5001"]
ENTRYPOINT ["dotnet", "/app/Cvdvae.Gateway.dll"]

# What runs networks allocates with tcmalloc, for which the threads don't wait for each other. OpenMP's threads wait awake for the next operation, but only for a fraction of a millisecond.
FROM runtime AS networks
USER 0:0
RUN ldconfig -p | grep -q libtcmalloc_minimal.so.4 \
    || { apt-get update && apt-get install --yes --no-install-recommends libtcmalloc-minimal4 && rm -rf /var/lib/apt/lists/*; }
USER 10001:10001
ENV LD_PRELOAD=libtcmalloc_minimal.so.4 TCMALLOC_RELEASE_RATE=0 GOMP_SPINCOUNT=20000 Models__Path=/models
COPY models /models

FROM source AS publish-encoder
RUN dotnet publish services/Cvdvae.EncoderHost --configuration Release --output /publish

FROM networks AS encoder
ENV Listen__Grpc=http://*:5100 Listen__Http1=http://*:5101
EXPOSE 5100 5101
COPY --from=publish-encoder /publish /app
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s CMD ["/app/health-check.sh", "5101"]
ENTRYPOINT ["dotnet", "/app/Cvdvae.EncoderHost.dll"]

FROM source AS publish-decoder
RUN dotnet publish services/Cvdvae.DecoderHost --configuration Release --output /publish

FROM networks AS decoder
ENV Listen__Grpc=http://*:5200 Listen__Http1=http://*:5201
EXPOSE 5200 5201
COPY --from=publish-decoder /publish /app
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s CMD ["/app/health-check.sh", "5201"]
ENTRYPOINT ["dotnet", "/app/Cvdvae.DecoderHost.dll"]

FROM source AS publish-trainer
RUN dotnet publish services/Cvdvae.Trainer --configuration Release --output /publish

FROM networks AS trainer
WORKDIR /training
COPY --from=publish-trainer /publish /app
ENTRYPOINT ["dotnet", "/app/cvdvae-trainer.dll"]
