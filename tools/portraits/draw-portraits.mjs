import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

const framesPerBatch = 64;

function batchesOf({ prefix, first, count, size }) {
  const batches = [];
  for (let done = 0; done < count; done += framesPerBatch) {
    batches.push({ prefix, first: first + done, count: Math.min(framesPerBatch, count - done), size });
  }

  return batches;
}

async function drawBatch(worker, batch) {
  worker.postMessage(batch);
  // A throwing worker emits 'error', which makes once() reject.
  const [frames] = await once(worker, 'message');
  return frames;
}

/**
 * Draws the portraits `<prefix>-<first>` and on with one thread per processor.
 * @returns {AsyncGenerator<Uint8Array>} batches of frames in the order of their indices
 */
export async function* drawPortraits(request, threads = availableParallelism()) {
  const batches = batchesOf(request);
  const workers = Array.from(
    { length: Math.min(threads, batches.length) },
    () => new Worker(new URL('./draw-worker.mjs', import.meta.url)));
  try {
    // Batch n belongs to worker n mod N, which draws its next one while the reader is busy with this one.
    const pending = workers.map((worker, index) => drawBatch(worker, batches[index]));
    pending.forEach((drawing) => drawing.catch(() => {})); // the failure surfaces where the batch is awaited
    for (let index = 0; index < batches.length; index++) {
      const slot = index % workers.length;
      const frames = await pending[slot];
      if (index + workers.length < batches.length) {
        pending[slot] = drawBatch(workers[slot], batches[index + workers.length]);
        pending[slot].catch(() => {});
      }

      yield frames;
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
