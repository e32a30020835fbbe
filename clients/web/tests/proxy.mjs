import { createServer, request } from 'node:http';

/** A way to the server that can be watched, held up and cut. */
export async function startProxy(target) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const state = {
    /** Bytes of an answer to Upscale that are let through; the rest waits until it is raised. */
    most: Infinity,
    /** Status in place of what the server's health is. */
    health: undefined,
    /** Bytes of the bodies of calls to Upscale. */
    sent: [],
  };
  const held = new Set();
  const server = createServer((incoming, answer) => {
    if (incoming.url === '/healthz/ready' && state.health) {
      answer.writeHead(state.health).end();
      return;
    }
    const isUpscale = incoming.url.endsWith('/Upscale');
    const outgoing = request({ hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      if (!isUpscale) {
        response.pipe(answer);
        return;
      }
      let passed = 0;
      const chunks = [];
      let ended = false;
      const pass = () => {
        while (chunks.length > 0 && passed < state.most) {
          const chunk = chunks.shift();
          passed += chunk.length;
          answer.write(chunk);
        }
        if (ended && chunks.length === 0) {
          held.delete(pass);
          answer.end();
        }
      };
      held.add(pass);
      response.on('data', (chunk) => {
        // Whole events at a time, so that some of them are held back.
        for (let at = 0; at < chunk.length; at += 512) {
          chunks.push(chunk.subarray(at, at + 512));
        }
        pass();
      });
      response.on('end', () => {
        ended = true;
        pass();
      });
    });
    outgoing.on('error', () => answer.destroy());
    answer.on('close', () => outgoing.destroy());
    let bytes = 0;
    incoming.on('data', (chunk) => (bytes += chunk.length));
    incoming.on('end', () => isUpscale && state.sent.push(bytes));
    incoming.pipe(outgoing);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (at) => new Promise((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const own = server.address().port;
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      sockets.forEach((socket) => socket.destroy());
    });
  return {
    address: `http://127.0.0.1:${own}`,
    state,
    /** Lets through what is held. */
    release() {
      state.most = Infinity;
      held.forEach((pass) => pass());
    },
    /** The server is gone. */
    close,
    /** It is back, at the same address. */
    open: () => listen(own),
  };
}
