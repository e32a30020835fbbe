import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { drawSample, finished, launch, limit, open, page, pixels, same, slide } from './browser.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const screenshots = process.env.SCREENSHOTS;
const mostScriptBytes = 150 * 1024;

test('the scripts of the page are small', () => {
  const scripts = readdirSync(`${dist}assets`).filter((name) => name.endsWith('.js')).map((name) => readFileSync(`${dist}assets/${name}`));
  const [gzip, brotli] = [gzipSync, brotliCompressSync].map((compress) => scripts.reduce((total, script) => total + compress(script).length, 0));
  console.log(`# script: ${gzip} bytes with gzip, ${brotli} with brotli`);
  assert(gzip <= mostScriptBytes);
});

describe('the page', { skip: page.skip, ...limit }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test('a sample is drawn: previews at every resolution for all samples, in order, and results', async () => {
    const { tab, problems, close } = await open(browser);
    await drawSample(tab);
    await finished(tab);
    const seen = await tab.evaluate(() => window.seen);
    for (let sample = 0; sample < 5; sample++) {
      const painted = seen.filter(([index]) => index === sample).map(([, resolution]) => resolution);
      assert.deepEqual(painted, [...painted].sort((a, b) => a - b));
      assert.equal(painted.at(-1), 64);
      // All stages are there, also those that a newer one overtook before a frame was painted.
      await tab.locator('#grid button').nth(sample).click();
      assert.deepEqual(await tab.locator('#stages span').allTextContents(), ['1', '4', '8', '16', '32', '64']);
      await tab.keyboard.press('Escape');
    }
    assert.equal(await tab.locator('#resolutions .reached').count(), 6);
    assert.match(await tab.locator('#status').textContent(), /5 samples of 64 by 64 pixels/);
    assert.match(await tab.locator('#first-preview').textContent(), /^(\d+ ms|[\d.]+ s)$/);
    assert.deepEqual(problems, []);
    await close();
  });

  test('a slider changes what is drawn', async () => {
    const { tab, close } = await open(browser, '?seed=5&samples=1');
    await drawSample(tab);
    await finished(tab);
    const first = await pixels(tab);
    await slide(tab, 'encoder-temperature', 0);
    await slide(tab, 'prior-temperature', 0);
    assert.equal(await tab.locator('#encoder-temperature-value').textContent(), '0.00');
    assert.match(tab.url(), /encoder-temperature=0&/);
    await tab.click('#draw');
    await finished(tab);
    assert(!same(first, await pixels(tab)));
    await slide(tab, 'sample-count', 3);
    await tab.click('#draw');
    await finished(tab);
    assert.equal(await tab.locator('#grid li').count(), 3);
    await close();
  });

  test('a reload with the same seed gives the same images', async () => {
    const { tab, close } = await open(browser, '?seed=12345678901234567890&samples=2');
    await drawSample(tab, 'portrait-03');
    await finished(tab);
    const before = await pixels(tab);
    assert.match(tab.url(), /sample=portrait-03.*seed=12345678901234567890/);
    await tab.reload();
    await finished(tab);
    assert.equal(await tab.locator('#used-seed').textContent(), '12345678901234567890');
    assert(same(before, await pixels(tab)));
    await tab.click('#again');
    await finished(tab);
    assert(!same(before, await pixels(tab)));
    await close();
  });

  test('a call is cancelled midway, and the next one runs', async () => {
    const { tab, problems, close } = await open(browser, '?samples=16');
    await drawSample(tab);
    await tab.waitForFunction(() => document.querySelector('#grid [data-resolution]'));
    await tab.click('#cancel');
    await tab.waitForFunction(() => /^Cancelled after \d+ images\.$/.test(document.getElementById('status').textContent));
    assert(await tab.locator('#draw').isVisible());
    assert(await tab.locator('#grid [data-finished]').count() < 16);
    await slide(tab, 'sample-count', 1);
    await tab.click('#draw');
    await finished(tab);
    assert.deepEqual(problems, []);
    await close();
  });

  test('a file that is no picture is refused in words', async () => {
    const { tab, problems, close } = await open(browser);
    await tab.setInputFiles('#file', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
    await tab.waitForSelector('#problem:not([hidden])');
    assert.equal(await tab.locator('#problem').innerText(), 'This file cannot be used.\nnotes.txt is not a picture that can be read. PNG, JPEG and WebP files can.');
    await drawSample(tab);
    await finished(tab);
    assert(await tab.locator('#problem').isHidden());
    assert.deepEqual(problems, []);
    await close();
  });

  test('drawing without a picture asks for one', async () => {
    const { tab, close } = await open(browser);
    await tab.click('#draw');
    assert.match(await tab.locator('#problem').innerText(), /Choose a picture first/);
    await close();
  });

  test('a server that wants a key gets the one that is typed, and only there', async () => {
    const { tab, close } = await open(browser, '?samples=1');
    const keys = [];
    await tab.route('**/cvdvae.v1.SuperResolutionService/*', async (route) => {
      const key = await route.request().headerValue('x-api-key');
      keys.push(key);
      if (key === 'the-key') {
        await route.continue();
      } else {
        await route.fulfill({ status: 200, headers: { 'content-type': 'application/grpc-web+proto', 'grpc-status': '16', 'grpc-message': 'this service needs a key' } });
      }
    });
    assert(await tab.locator('#api-key-row').isHidden());
    await tab.reload();
    await tab.waitForSelector('#problem:not([hidden])');
    assert.match(await tab.locator('#problem').innerText(), /wants to know who you are/);
    await tab.fill('#api-key', 'the-key');
    await tab.locator('#api-key').blur();
    await tab.waitForSelector('#scale-choices input');
    assert(await tab.locator('#problem').isHidden());
    await drawSample(tab);
    await finished(tab);
    assert.deepEqual([keys[0], keys.at(-1)], [null, 'the-key']);
    assert(!tab.url().includes('the-key'));
    assert(!(await tab.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]))).includes('the-key'));
    await close();
  });

  test('a wrong seed is not sent', async () => {
    const { tab, close } = await open(browser);
    await tab.fill('#seed', 'minus one');
    await drawSample(tab);
    assert.equal(await tab.locator('#seed:invalid').count(), 1);
    assert.equal(await tab.locator('#grid li').count(), 0);
    await close();
  });

  test('a photograph gets a square that pointer and keyboard move', async () => {
    const { tab, problems, close } = await open(browser, '?samples=1&seed=1');
    await choosePhotograph(tab);
    const square = () => tab.locator('#crop-box').evaluate(({ style }) => [style.left, style.top, style.width, style.height].map(parseFloat));
    const [left, , width] = await square();
    assert(Math.abs(left - 20) < 1 && Math.abs(width - 60) < 1, 'the middle square of 500 x 300');
    await tab.focus('#crop-box');
    await tab.keyboard.press('ArrowRight');
    assert((await square())[0] > left);
    await tab.keyboard.press('-');
    assert((await square())[2] < width);
    const box = await tab.locator('#crop-box').boundingBox();
    await tab.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await tab.mouse.down();
    await tab.mouse.move(box.x - 500, box.y + box.height / 2, { steps: 3 });
    await tab.mouse.up();
    assert.equal((await square())[0], 0);
    await tab.click('#draw');
    await finished(tab);
    assert.deepEqual(problems, []);
    await close();
  });

  test('a picture is pasted, and dropped', async () => {
    const { tab, close } = await open(browser);
    const bytes = [...readFileSync(fileURLToPath(new URL('../../../samples/portrait-02-x4.png', import.meta.url)))];
    for (const [kind, name] of [['paste', 'pasted.png'], ['drop', 'dropped.png']]) {
      await tab.evaluate(([kind, name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
        document.body.dispatchEvent(kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true }) : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
      }, [kind, name, bytes]);
      await tab.waitForFunction((name) => document.getElementById('chosen-name').textContent.startsWith(name), name);
    }
    assert.equal(await tab.locator('#chosen-name').textContent(), 'dropped.png, 16 × 16');
    assert(await tab.locator('#crop-box').isHidden());
    await close();
  });

  test('a sample is opened, compared, looked at in its stages, and saved', async () => {
    const { tab, problems, close } = await open(browser, '?samples=2&seed=9');
    await drawSample(tab);
    await finished(tab);
    await tab.locator('#grid button').first().focus();
    await tab.keyboard.press('Enter');
    await tab.waitForSelector('#detail[open]');
    assert.equal(await tab.locator('#compare-bicubic').evaluate(({ width }) => width), 64);
    await tab.focus('#split');
    await tab.keyboard.press('ArrowRight');
    assert.equal(await tab.locator('#compare').evaluate(({ style }) => style.getPropertyValue('--split')), '51%');
    await tab.click('#stages button[data-resolution="8"]');
    assert.equal(await tab.locator('#compare-label').textContent(), '8 × 8');
    const saved = async () => {
      const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('#save')]);
      return [download.suggestedFilename(), readFileSync(await download.path())];
    };
    assert.equal((await saved())[0], 'sample-1-8-seed-9.png');
    await tab.click('#next');
    assert.equal(await tab.locator('#detail-title').textContent(), 'Sample 2');
    const [name, file] = await saved();
    assert.equal(name, 'sample-2-64-seed-9.png');
    assert.equal(file.subarray(1, 4).toString(), 'PNG');
    await tab.keyboard.press('Escape');
    assert.equal(await tab.locator('#detail[open]').count(), 0);
    assert.deepEqual(problems, []);
    await close();
  });

  test('results agree with the picture where that is asked for', async () => {
    const { tab, close } = await open(browser, '?samples=1&seed=3&consistency=1');
    assert(await tab.locator('#consistency').isChecked());
    await drawSample(tab);
    await finished(tab);
    await tab.locator('#grid button').click();
    const psnr = Number(/([\d.]+) dB/.exec(await tab.locator('#detail-psnr').textContent())[1]);
    assert(psnr > 35, String(psnr));
    await close();
  });

  test('the seed is copied', async () => {
    const { tab, close } = await open(browser, '?seed=77', { permissions: ['clipboard-read', 'clipboard-write'] });
    await tab.click('#copy-seed');
    await tab.waitForFunction(() => document.getElementById('status').textContent === 'The seed is copied.');
    assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), '77');
    await close();
  });

  test('a server that is gone, or refuses, is explained', async () => {
    const { tab, close } = await open(browser);
    await tab.route('**/Upscale', (route) => route.abort());
    await drawSample(tab);
    await tab.waitForSelector('#problem:not([hidden])');
    assert.match(await tab.locator('#problem').innerText(), /cannot be reached/);
    await tab.unroute('**/Upscale');
    await tab.route('**/Upscale', (route) => route.fulfill({ status: 200, headers: { 'content-type': 'application/grpc-web+proto', 'grpc-status': '8', 'grpc-message': 'over quota' }, body: '' }));
    await tab.click('#draw');
    await tab.waitForFunction(() => /too much to do/.test(document.getElementById('problem').innerText));
    assert.match(await tab.locator('#problem').innerText(), /over quota\./);
    await close();
  });

  for (const [name, options] of [['light', {}], ['dark', { colorScheme: 'dark' }], ['phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }]]) {
    test(`nothing serious stands in the way of anybody: ${name}`, async () => {
      const { tab, problems, close } = await open(browser, '?samples=5&seed=4', { ...options, bypassCSP: true });
      const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const check = async (what) => {
        if (screenshots) {
          mkdirSync(screenshots, { recursive: true });
          await tab.screenshot({ path: `${screenshots}/${name}-${what}.png`, fullPage: what !== 'detail' });
        }
        await tab.evaluate(axe);
        const { violations } = await tab.evaluate(() => window.axe.run());
        const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
        assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), [], what);
      };
      await check('empty');
      await drawSample(tab);
      await finished(tab);
      await check('drawn');
      await tab.locator('#grid button').first().click();
      await check('detail');
      await tab.keyboard.press('Escape');
      await choosePhotograph(tab);
      await tab.setInputFiles('#file', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
      await tab.waitForSelector('#problem:not([hidden])');
      await check('photograph');
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert(wide <= 0, `the page is ${wide} pixels too wide`);
      assert.deepEqual(problems, []);
      await close();
    });
  }

  test('the first preview is painted soon after the click', async () => {
    const { tab, close } = await open(browser, '?samples=5');
    const times = [];
    for (let round = 0; round < 13; round++) {
      await tab.evaluate(() => performance.clearMeasures());
      await drawSample(tab, `portrait-0${1 + (round % 9)}`);
      await tab.waitForFunction(() => performance.getEntriesByName('cvdvae:total').length === 1);
      times.push(await tab.evaluate(() => performance.getEntriesByName('cvdvae:first-preview')[0].duration));
    }
    // The first ones warm the browser up.
    const sorted = times.slice(2).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    console.log(`# first preview painted after the click: median ${median.toFixed(1)} ms, ${sorted[0].toFixed(1)} to ${sorted.at(-1).toFixed(1)} ms, 11 calls of 5 samples`);
    // On a machine that does other things too it takes longer; the bar of the documentation is 100 ms on a quiet one.
    assert(median < 1000);
    await close();
  });
});

/** A photograph of 500 x 300 pixels, drawn here. */
async function choosePhotograph(tab) {
  const data = await tab.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 500, height: 300 });
    const drawing = canvas.getContext('2d');
    const sky = drawing.createLinearGradient(0, 0, 500, 300);
    sky.addColorStop(0, '#f6d365');
    sky.addColorStop(1, '#3a6073');
    drawing.fillStyle = sky;
    drawing.fillRect(0, 0, 500, 300);
    drawing.fillStyle = '#e0ac69';
    drawing.beginPath();
    drawing.arc(250, 150, 90, 0, 7);
    drawing.fill();
    return canvas.toDataURL('image/jpeg').split(',')[1];
  });
  await tab.setInputFiles('#file', { name: 'photograph.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(data, 'base64') });
  await tab.waitForSelector('#crop-box:not([hidden])');
}
