import { once } from 'node:events';
import { drawPortraits } from './draw-portraits.mjs';
import { readRequest, usage } from './request.mjs';

function fail(message, status) {
  process.stderr.write(`generate.mjs: ${message}\n`);
  process.exit(status);
}

let request;
try {
  request = readRequest(process.argv.slice(2));
} catch (error) {
  fail(`${error.message}\n${usage}`, 2);
}

if (process.stdout.isTTY) {
  fail(`the frames are binary: send them to a file or a program\n${usage}`, 2);
}

process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') {
    process.exit(0); // the reader has seen enough
  }

  fail(`writing the frames: ${error.message}`, 1);
});

try {
  for await (const frames of drawPortraits(request)) {
    if (!process.stdout.write(frames)) {
      await once(process.stdout, 'drain');
    }
  }
} catch (error) {
  fail(error.message, 1);
}
