import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { choosePicture, drawSample, finished, focusOrder, launch, limit, open, page, photograph, pixels, same, slide } from './browser.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const screenshots = process.env.SCREENSHOTS;
const mostScriptBytes = 150 * 1024;

test('the scripts of the page are small', () => {
  const scripts = readdirSync(`${dist}assets`).filter((name) => name.endsWith('.js')).map((name) => readFileSync(`${dist}assets/${name}`));
  const [gzip, brotli] = [gzipSync, brotliCompressSync].map((compress) => scripts.reduce((total, script) => total + compress(script).length, 0));
  console.log(`# script: ${gzip} bytes with gzip, ${brotli} with brotli`);
  assert(gzip <= mostScriptBytes);
});

test('the licences of what the scripts contain are beside them', () => {
  const notices = readFileSync(`${dist}third-party-notices.txt`, 'utf8');
  const script = readdirSync(`${dist}assets`).filter((name) => name.endsWith('.js')).map((name) => readFileSync(`${dist}assets/${name}`, 'utf8')).join('');
  // What only these libraries say.
  for (const [name, says] of [['@bufbuild/protobuf', 'cannot encode message'], ['@connectrpc/connect', 'ConnectError'], ['@connectrpc/connect-web', 'application/grpc-web+proto'], ['client-zip', 'application/zip']]) {
    assert(script.includes(says), `the script has nothing of ${name}`);
    assert.match(notices, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\nLicence: .+\\nhttps:.+\\n+Copyright \\d{4}`, 'm'));
  }
  assert.doesNotMatch(notices, /^(cvdvae|@connectrpc\/connect-node|vite) /m);
  assert.match(notices, /TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION/);
  assert.match(notices, /Redistributions in binary form must reproduce the above copyright notice/);
  assert.doesNotMatch(notices, /<(year|owner)>/);
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
    await tab.waitForFunction(() => /^Cancelled: \d+ of 16 samples are finished.*\.$/.test(document.getElementById('status').textContent));
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

  test('the licences can be read', async () => {
    const { tab, close } = await open(browser);
    const [answer] = await Promise.all([tab.waitForResponse('**/third-party-notices.txt'), tab.click('footer a[href$="notices.txt"]')]);
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()['content-type'], /^text\/plain/);
    assert.match(await tab.locator('body').innerText(), /@connectrpc\/connect-web \d/);
    await close();
  });

  test('a server that asks for a key gets one, which stays in the tab', async () => {
    const keys = [];
    // The services behind it take anybody.
    const { tab, close } = await open(browser, '?samples=1&seed=6', {}, (tab) => tab.route('**/cvdvae.v1.SuperResolutionService/*', (route) => {
      const key = route.request().headers()['x-api-key'];
      keys.push(key);
      return key === 'right-key' ? route.continue() : route.fulfill({
        status: 200, headers: { 'content-type': 'application/grpc-web+proto', 'grpc-status': '16', 'grpc-message': key ? 'x-api-key is not known' : 'x-api-key is missing' }, body: '',
      });
    }));
    await tab.waitForSelector('#problem:not([hidden])');
    assert.match(await tab.locator('#problem').innerText(), /asks for a key.*\n.*x-api-key is missing\./);
    const isFocused = () => tab.evaluate(() => document.activeElement.id);
    assert.equal(await isFocused(), 'api-key');
    await tab.keyboard.type('wrong-key');
    await tab.keyboard.press('Tab');
    await tab.waitForFunction(() => /is not known/.test(document.getElementById('problem').innerText));
    assert.match(await tab.locator('#api-key-hint').textContent(), /does not take this one/);
    assert.equal(await isFocused(), 'api-key');
    await tab.keyboard.type('right-key');
    await tab.keyboard.press('Tab');
    await tab.waitForSelector('#scale-choices input');
    assert(await tab.locator('#problem').isHidden());
    await drawSample(tab);
    await finished(tab);
    assert.doesNotMatch(tab.url(), /key/);
    assert.deepEqual(await tab.evaluate(() => [localStorage.length, document.cookie]), [0, '']);
    await tab.reload();
    await finished(tab);
    assert.deepEqual([...new Set(keys)], [undefined, 'wrong-key', 'right-key']);
    // A key that is taken back is forgotten.
    await tab.fill('#api-key', '');
    await tab.locator('#api-key').blur();
    await tab.waitForSelector('#problem:not([hidden])');
    assert.equal(await tab.evaluate(() => sessionStorage.length), 0);
    await close();
  });

  for (const [name, viewport, order] of [
    ['beside each other', { width: 1280, height: 900 }, ['portrait-01', 'file', 'draw', 'again', 'sample-count', 'seed', 'copy-seed', 'Sample 1, 64 × 64']],
    ['below each other', { width: 390, height: 844 }, ['portrait-01', 'file', 'draw', 'again', 'Sample 1, 64 × 64', 'sample-count', 'seed', 'copy-seed']],
  ]) {
    test(`the Tab key goes by what is seen: ${name}`, async () => {
      const { tab, close } = await open(browser, '?samples=2&seed=8', { viewport });
      await drawSample(tab);
      await finished(tab);
      const stops = await focusOrder(tab);
      assert.deepEqual(stops.map((stop) => stop.name).filter((stop) => order.includes(stop)), order);
      // Down the page; beside each other, down each of the two columns.
      const right = await tab.locator('#output').evaluate((output) => output.getBoundingClientRect().x);
      const columns = viewport.width < 896 ? [stops] : [stops.filter(({ x }) => x < right), stops.filter(({ x }) => x >= right)];
      for (const column of columns) {
        column.slice(1).forEach((stop, index) => assert(stop.bottom > column[index].y, `${stop.name} is above ${column[index].name}`));
      }
      await close();
    });
  }

  test('the order follows when the window changes, and what has the focus keeps it', async () => {
    const { tab, close } = await open(browser);
    await tab.focus('#seed');
    await tab.setViewportSize({ width: 390, height: 844 });
    await tab.waitForFunction(() => document.getElementById('output').nextElementSibling?.id === 'settings-section');
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'seed');
    await tab.setViewportSize({ width: 1280, height: 900 });
    await tab.waitForFunction(() => document.getElementById('output').previousElementSibling?.id === 'settings-section');
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
      await tab.locator('#views input[value=differences]').check({ force: true });
      await check('differences');
      await tab.locator('#views input[value=images]').check({ force: true });
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

/** A photograph of 500 x 300 pixels. */
async function choosePhotograph(tab) {
  await choosePicture(tab, await photograph(tab));
  await tab.waitForSelector('#crop-box:not([hidden])');
}
