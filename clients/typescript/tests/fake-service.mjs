import { create } from '@bufbuild/protobuf';
import { createRouterTransport } from '@connectrpc/connect';
import { TransportClient } from '../dist/client.js';
import { SuperResolutionService, UpscaleResponseSchema } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';

/** A client of a service in this process, which does what a test wants. */
export function fakeClient(handlers, options = { retryDelayMs: 1, maxRetryDelayMs: 5 }) {
  const transport = createRouterTransport(({ service }) => service(SuperResolutionService, handlers));
  return new TransportClient(transport, { address: 'fake', transportProblem: () => undefined }, options);
}

/** A message with an event. */
export function event(kind, value = {}) {
  return create(UpscaleResponseSchema, { event: { case: kind, value } });
}

export const started = event('started', { requestId: 'r', model: 'faces@1', scale: 4, inputSize: 16, outputSize: 64, resolutions: [1, 4, 64], seed: 2n ** 63n });
export const completed = event('completed', { reachedResolution: 64, reason: 1, timings: { total: { seconds: 1n, nanos: 500_000_000 }, resolutions: [{ resolution: 1, elapsed: { nanos: 2_000_000 } }] } });
