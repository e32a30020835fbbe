import { create } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { ConnectError, createRouterTransport } from '@connectrpc/connect';
import { TransportClient } from '../dist/client.js';
import { webImageBytes } from '../dist/image-input.js';
import { SuperResolutionService, UpscaleResponseSchema } from '../dist/gen/cvdvae/v1/super_resolution_service_pb.js';

/** A client of a service in this process, which does what a test wants. */
export function fakeClient(handlers, options = { retryDelayMs: 1, maxRetryDelayMs: 5 }) {
  const transport = createRouterTransport(({ service }) => service(SuperResolutionService, handlers));
  return new TransportClient(transport, { address: 'fake', transportProblem: () => undefined }, options, webImageBytes);
}

/** A message with an event. */
export function event(kind, value = {}) {
  return create(UpscaleResponseSchema, { event: { case: kind, value } });
}

export const started = event('started', { requestId: 'r', model: 'faces@1', scale: 4, inputSize: 16, outputSize: 64, resolutions: [1, 4, 64], seed: 2n ** 63n });
export const completed = event('completed', { reachedResolution: 64, reason: 1, timings: { total: { seconds: 1n, nanos: 500_000_000 }, resolutions: [{ resolution: 1, elapsed: { nanos: 2_000_000 } }] } });

/** google.rpc.RetryInfo. */
export function retryInfo(seconds, nanos) {
  const delay = new BinaryWriter().tag(1, 0).int64(seconds).tag(2, 0).int32(nanos).finish();
  return { type: 'google.rpc.RetryInfo', value: new BinaryWriter().tag(1, 2).bytes(delay).finish() };
}

/** google.rpc.BadRequest with a violation. */
export function badRequest(field, description) {
  const violation = new BinaryWriter().tag(1, 2).string(field).tag(2, 2).string(description).finish();
  return { type: 'google.rpc.BadRequest', value: new BinaryWriter().tag(1, 2).bytes(violation).finish() };
}

/** An error as a server answers it. */
export function failing(code, message, ...details) {
  const error = new ConnectError(message, code, { 'x-request-id': 'r1' });
  error.details = details;
  return error;
}
