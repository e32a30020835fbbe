import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const portrait = new Uint8Array(readFileSync(`${root}samples/portrait-01-x4.png`));

/** No test waits for ever. */
export const limit = { timeout: 60_000 };

/** Addresses of running services, or why tests of them are skipped. */
export const services = process.env.CVDVAE_SERVER
  ? { grpc: process.env.CVDVAE_SERVER, http: process.env.CVDVAE_HTTP, skip: false }
  : { skip: 'no services: build/services.sh -- npm test runs them' };

/** The events of a call. */
export async function collect(events) {
  const all = [];
  for await (const event of events) {
    all.push(event);
  }
  return all;
}

/** What a function throws. */
export function caught(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** What a promise throws. */
export async function thrown(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Runs a program to its end. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (status) => (status === 0 ? resolve(output) : reject(new Error(`${program} ${args.join(' ')}: status ${status}\n${output}`))));
  });
}
