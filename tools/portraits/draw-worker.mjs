import { parentPort } from 'node:worker_threads';
import { drawPortrait } from './portrait.mjs';

parentPort.on('message', ({ prefix, first, count, size }) => {
  const frame = size * size * 3;
  const frames = new Uint8Array(count * frame);
  for (let index = 0; index < count; index++) {
    frames.set(drawPortrait(`${prefix}-${first + index}`, size), index * frame);
  }

  parentPort.postMessage(frames, [frames.buffer]);
});
