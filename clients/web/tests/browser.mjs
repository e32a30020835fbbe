import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const programs = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const program = programs.find((path) => path && existsSync(path));

/** Address of the page, or why tests of it are skipped. */
export const page = process.env.CVDVAE_HTTP
  ? program ? { address: process.env.CVDVAE_HTTP, skip: false } : { skip: 'no Chromium: apt-get install chromium, or CHROMIUM=program' }
  : { skip: 'no services: build/services.sh -- npm test runs them' };

/** The tests together do not wait for ever; the browser gives up on a single thing after 30 s. */
export const limit = { timeout: 900_000 };

/** Starts the browser. */
export function launch() {
  return chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'] });
}

/** Opens the page in a window of its own, which `prepare` sees first; `problems` gathers what the console and the page complain of. */
export async function open(browser, query = '', { address = page.address, ...options } = {}, prepare = undefined) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  context.setDefaultTimeout(30_000);
  const tab = await context.newPage();
  const problems = [];
  tab.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      problems.push(message.text());
    }
  });
  tab.on('pageerror', (error) => problems.push(String(error)));
  await tab.addInitScript(() => {
    // What is painted, in order.
    window.seen = [];
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        window.seen.push([[...target.parentElement.children].indexOf(target), Number(target.dataset.resolution)]);
      }
    }).observe(document, { subtree: true, attributeFilter: ['data-resolution'] });
  });
  await prepare?.(tab);
  await tab.goto(`${address}/${query}`);
  if (!prepare) {
    await tab.waitForSelector('#scale-choices input');
  }
  return { tab, problems, close: () => context.close() };
}

/** Clicks a sample of the project, which draws at once. */
export async function drawSample(tab, name = 'portrait-01') {
  await tab.click(`#samples button[data-name="${name}"]`);
}

/** Waits until a call has ended well. */
export async function finished(tab) {
  await tab.waitForFunction(() => /pixels\.$/.test(document.getElementById('status').textContent) && [...document.querySelectorAll('#grid li')].every((item) => item.dataset.finished === ''));
  // The last results are drawn in the frame after.
  await tab.waitForFunction(() => [...document.querySelectorAll('#grid canvas')].every((canvas) => canvas.width >= 64) && document.getElementById('total').textContent !== '–');
}

/** The pixels of all samples. */
export function pixels(tab) {
  return tab.evaluate(() => [...document.querySelectorAll('#grid canvas')].map((canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]));
}

/** Sets a slider as a hand would. */
export async function slide(tab, id, value) {
  await tab.locator(`#${id}`).fill(String(value));
}

/** What the Tab key comes to, in order: name and place on the page of each. */
export async function focusOrder(tab) {
  const stops = [];
  await tab.evaluate(() => {
    // From the beginning, not from what was clicked last.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  for (;;) {
    await tab.keyboard.press('Tab');
    const stop = await tab.evaluate(() => {
      const { activeElement: focused } = document;
      if (focused === document.body) {
        return undefined;
      }
      // What a label draws for an input that itself is out of sight.
      const { x, y, height } = (focused.closest('label') ?? focused).getBoundingClientRect();
      return { name: focused.id || focused.dataset.name || focused.textContent || focused.value, x: x + scrollX, y: y + scrollY, bottom: y + height + scrollY };
    });
    if (!stop || stops.length > 200) {
      return stops;
    }
    stops.push(stop);
  }
}

/** Whether images are the same up to float rounding: at most one value in a thousand differs. */
export function same(first, second) {
  return first.every((data, index) => data.length === second[index].length && data.filter((level, at) => level !== second[index][at]).length <= data.length / 1000);
}

/** The file of a photograph, made here: a face before a sky, with the top left corner in red. */
export async function photograph(tab, { width = 500, height = 300, type = 'image/jpeg' } = {}) {
  const data = await tab.evaluate(async ([width, height, type]) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const drawing = canvas.getContext('2d');
    const sky = drawing.createLinearGradient(0, 0, width, height);
    sky.addColorStop(0, '#f6d365');
    sky.addColorStop(1, '#3a6073');
    drawing.fillStyle = sky;
    drawing.fillRect(0, 0, width, height);
    drawing.fillStyle = '#e0ac69';
    drawing.beginPath();
    drawing.arc(width / 2, height / 2, 0.3 * Math.min(width, height), 0, 7);
    drawing.fill();
    drawing.fillStyle = '#d00';
    drawing.fillRect(0, 0, width / 5, height / 5);
    const file = await new Promise((resolve) => canvas.toBlob(resolve, type));
    // In parts: arguments of a call have a limit.
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) {
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    }
    return btoa(text);
  }, [width, height, type]);
  return Buffer.from(data, 'base64');
}

/** Chooses a picture of one's own, and waits until what the network will see of it is shown. */
export async function choosePicture(tab, buffer, name = 'photograph.jpg', mimeType = 'image/jpeg') {
  await tab.setInputFiles('#file', { name, mimeType, buffer });
  await tab.waitForFunction((name) => document.getElementById('chosen-name').textContent.startsWith(name), name);
  await tab.waitForFunction(() => document.getElementById('seen-small').width > 1 && !document.getElementById('seen').hidden);
}

/** The pixels of one canvas. */
export function canvasPixels(tab, selector) {
  return tab.locator(selector).evaluate((canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]);
}

/** Waits for a line of the status. */
export function says(tab, pattern) {
  return tab.waitForFunction((source) => new RegExp(source).test(document.getElementById('status').textContent), pattern.source);
}
