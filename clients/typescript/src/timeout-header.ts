import type { Interceptor } from '@connectrpc/connect';

const mostDigits = 8;

/** gRPC's header for deadlines has room for eight digits, 27.7 hours in milliseconds: a longer time goes in whole seconds. */
export const timeoutHeader: Interceptor = (next) => (request) => {
  const milliseconds = /^(\d+)m$/.exec(request.header.get('grpc-timeout') ?? '')?.[1];
  if (milliseconds !== undefined && milliseconds.length > mostDigits) {
    request.header.set('grpc-timeout', `${Math.floor(Number(milliseconds) / 1000)}S`);
  }
  return next(request);
};
