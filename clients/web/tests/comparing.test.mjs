import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canvasPixels, choosePicture, drawSample, finished, launch, limit, open, page, photograph, pixels } from './browser.mjs';

/** Prints the names of what a zip file holds, and the last of it, as JSON. */
const readZip = `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps([z.namelist(), z.read(z.namelist()[-1]).decode()]))`;

describe('samples side by side', { skip: page.skip, ...limit }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  const beside = (tab) => tab.locator('#beside figcaption').allTextContents();
  /** Waits for them by name: there are as many with the mean of two samples. */
  const standBeside = (tab, ...names) =>
    tab.waitForFunction((names) => {
      const there = [...document.querySelectorAll('#beside figcaption')].map(({ textContent }) => textContent);
      return names.every((name) => there.includes(name));
    }, names);
  const view = (tab, name) => tab.locator(`#views input[value=${name}]`).check({ force: true });

  test('the larger scale comes first, and small pictures of it', async () => {
    const { tab, close } = await open(browser);
    assert.deepEqual(await tab.locator('#scale-choices').innerText(), '×8\n×4');
    assert(await tab.locator('input[name=scale][value="8"]').isChecked());
    assert.equal(
      await tab
        .locator('#samples img')
        .first()
        .evaluate((image) => image.decode().then(() => image.naturalWidth)),
      8,
    );
    await close();
  });

  test('beside the samples stand the small picture, bicubic, their mean and the original', async () => {
    const { tab, problems, close } = await open(browser, '?samples=3&seed=21');
    await drawSample(tab, 'portrait-05');
    await finished(tab);
    await standBeside(tab, 'Mean of 3 samples', 'Original');
    assert.deepEqual(await beside(tab), ['The picture, 8 × 8', 'Enlarged plainly (bicubic)', 'Mean of 3 samples', 'Original']);
    const drawn = await pixels(tab);
    const mean = await canvasPixels(tab, '#beside li:nth-child(3) canvas');
    mean.forEach((level, at) => assert(Math.abs(level - drawn.reduce((sum, data) => sum + data[at], 0) / 3) <= 0.5, `${at}`));
    // What it was made of gives the small picture again.
    const original = readFileSync(fileURLToPath(new URL('../../../samples/portrait-05-original.png', import.meta.url)));
    const decoded = await tab.evaluate(
      async (bytes) => {
        const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
        const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
        canvas.getContext('2d').drawImage(bitmap, 0, 0);
        return [...canvas.getContext('2d').getImageData(0, 0, 64, 64).data];
      },
      [...original],
    );
    assert.deepEqual(await canvasPixels(tab, '#beside li:nth-child(4) canvas'), decoded);
    assert.match(
      await tab.locator('#beside-section .hint').innerText(),
      /drawn at random: each is an answer that fits, and none is the truth/,
    );
    assert.deepEqual(problems, []);
    await close();
  });

  test('a picture of the visitor’s has no original, one sample no mean', async () => {
    const { tab, close } = await open(browser, '?samples=1&seed=3');
    await choosePicture(tab, await photograph(tab));
    await tab.click('#draw');
    await finished(tab);
    await tab.waitForTimeout(200);
    assert.deepEqual(await beside(tab), ['The picture, 8 × 8', 'Enlarged plainly (bicubic)']);
    await view(tab, 'differences');
    assert.match(await tab.locator('#difference-note').innerText(), /One sample has nothing to differ from/);
    await close();
  });

  test('differences from the first sample are shown with their gain', async () => {
    const { tab, problems, close } = await open(browser, '?samples=4&seed=21&scale=4');
    await drawSample(tab);
    await finished(tab);
    const images = await pixels(tab);
    await view(tab, 'differences');
    await tab.waitForFunction(() => document.querySelectorAll('#grid .overlay').length === 3);
    const note = await tab.locator('#difference-note').innerText();
    const gain = Number(/shown (\d+) times as strong as it is/.exec(note)?.[1]);
    assert(gain >= 2, note);
    const remarks = await tab.locator('#grid .note').allInnerTexts();
    assert.equal(remarks[0], 'compared with this');
    const mean = images[1].reduce((sum, level, at) => sum + Math.abs(level - images[0][at]), 0) / ((images[1].length * 3) / 4);
    assert.equal(remarks[1], `differs by ${mean.toFixed(1)}`);
    // Coloured where they differ, and grey where they don't.
    const shown = await canvasPixels(tab, '#grid li:nth-child(2) .overlay');
    for (let at = 0; at < shown.length; at += 4) {
      const differs = [0, 1, 2].some((channel) => images[0][at + channel] !== images[1][at + channel]);
      if (!differs) {
        assert(shown[at] === shown[at + 1] && shown[at + 1] === shown[at + 2]);
      }
    }
    await view(tab, 'images');
    assert.equal(await tab.locator('#grid .overlay').count(), 0);
    assert.deepEqual(await pixels(tab), images);
    assert.deepEqual(problems, []);
    await close();
  });

  test('the opened sample is compared with the first, the mean and the original, and arrow keys go on', async () => {
    const { tab, problems, close } = await open(browser, '?samples=3&seed=9');
    await drawSample(tab);
    await finished(tab);
    await standBeside(tab, 'Mean of 3 samples', 'Original');
    await tab.locator('#grid button').nth(1).click();
    assert.deepEqual(await tab.locator('#against option').allTextContents(), ['Enlarged plainly (bicubic)', 'Mean of 3 samples', 'Original', 'Sample 1']);
    const bicubic = await canvasPixels(tab, '#compare-bicubic');
    await tab.locator('#against').selectOption('Sample 1');
    assert.equal(await tab.locator('#compare-against').textContent(), 'Sample 1');
    assert.deepEqual(await canvasPixels(tab, '#compare-bicubic'), (await pixels(tab))[0]);
    assert.notDeepEqual(await canvasPixels(tab, '#compare-bicubic'), bicubic);
    const title = () => tab.locator('#detail h2').innerText();
    await tab.focus('#detail-close');
    for (const [key, number] of [
      ['ArrowRight', 3],
      ['ArrowRight', 1],
      ['ArrowLeft', 3],
      ['ArrowLeft', 2],
    ]) {
      await tab.keyboard.press(key);
      assert.equal(await title(), `Sample ${number} of 3`);
    }
    // The slider keeps its own arrows.
    await tab.focus('#split');
    await tab.keyboard.press('ArrowRight');
    assert.equal(await title(), 'Sample 2 of 3');
    assert.deepEqual(problems, []);
    await close();
  });

  test('a sample that is opened while others are on their way is compared with the mean of all when they are there', async () => {
    const { tab, problems, close } = await open(browser, '?samples=3&seed=9');
    await tab.evaluate(() => {
      const grid = document.getElementById('grid');
      new MutationObserver((_, observer) => {
        const button = grid.querySelector('li[data-resolution] button:enabled');
        if (button) {
          observer.disconnect();
          button.click();
        }
      }).observe(grid, { subtree: true, childList: true, attributes: true });
    });
    await drawSample(tab);
    await finished(tab);
    await tab.waitForFunction(() => [...document.querySelectorAll('#against option')].some(({ textContent }) => textContent === 'Mean of 3 samples'));
    await tab.locator('#against').selectOption('Mean of 3 samples');
    assert.equal(await tab.locator('#compare-against').textContent(), 'Mean of 3 samples');
    assert.deepEqual(await canvasPixels(tab, '#compare-bicubic'), await canvasPixels(tab, '#beside li:nth-child(3) canvas'));
    assert.deepEqual(problems, []);
    await close();
  });

  test(
    'all is saved in one file that others can read',
    { skip: spawnSync('python3', ['--version']).status !== 0 && 'no Python' },
    async () => {
      const { tab, problems, close } = await open(browser, '?samples=2&seed=18446744073709551615');
      await drawSample(tab, 'portrait-02');
      await finished(tab);
      const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('#save-all')]);
      const title = 'cvdvae-portrait-02-x8-seed-18446744073709551615';
      assert.equal(download.suggestedFilename(), `${title}.zip`);
      const folder = mkdtempSync(join(tmpdir(), 'cvdvae-page-'));
      try {
        writeFileSync(join(folder, 'all.zip'), readFileSync(await download.path()));
        const { stdout, stderr } = spawnSync(
          'python3',
          [
            '-c',
            readZip,
            join(folder, 'all.zip'),
          ],
          { encoding: 'utf8' },
        );
        const [names, call] = JSON.parse(stdout || `"${stderr}"`);
        assert.deepEqual(
          names,
          ['sample-1-64.png', 'sample-2-64.png', 'picture.png', 'bicubic.png', 'call.json'].map((name) => `${title}/${name}`),
        );
        const { link, seed, scale, samples, model } = JSON.parse(call);
        assert.deepEqual(
          [seed, scale, samples, model],
          [
            '18446744073709551615',
            8,
            2,
            await tab
              .locator('#used-model')
              .innerText()
              .then((text) => text.replace(/, .*/, '')),
          ],
        );
        assert.equal(link, tab.url());
      } finally {
        rmSync(folder, { recursive: true });
      }
      assert.deepEqual(problems, []);
      await close();
    },
  );

  test('tiles use the width there is', async () => {
    const { tab, close } = await open(browser, '?samples=5&seed=1', { viewport: { width: 2560, height: 1300 } });
    await drawSample(tab);
    await finished(tab);
    const used = () =>
      tab.evaluate(() => {
        const tiles = [...document.querySelectorAll('#grid li')].map((item) => item.getBoundingClientRect());
        return {
          rows: new Set(tiles.map(({ y }) => y)).size,
          share: (Math.max(...tiles.map(({ right }) => right)) - Math.min(...tiles.map(({ left }) => left))) / innerWidth,
        };
      });
    const { rows, share } = await used();
    assert(rows === 1 && share > 0.75, `${rows} rows, ${share}`);
    await tab.setViewportSize({ width: 390, height: 844 });
    await tab.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
    await tab.waitForFunction(
      () => new Set([...document.querySelectorAll('#grid li')].map((item) => item.getBoundingClientRect().y)).size === 3,
    );
    await close();
  });

  test('the call stands there as code, follows the settings, and is copied', async () => {
    const { tab, problems, close } = await open(browser, '?samples=2&seed=5', { permissions: ['clipboard-read', 'clipboard-write'] });
    const code = () => tab.locator('#code').textContent();
    await drawSample(tab, 'portrait-04');
    await finished(tab);
    assert.match(await code(), /^import cvdvae\n[^]*"portrait-04-x8\.png",[^]*samples=2,\n +scale=8,\n +seed=5,/);
    assert.equal(await tab.locator('#save-small').innerText(), 'Save portrait-04-x8.png');
    const [portrait] = await Promise.all([tab.waitForEvent('download'), tab.click('#save-small')]);
    assert.equal(portrait.suggestedFilename(), 'portrait-04-x8.png');
    assert.deepEqual(readFileSync(await portrait.path()), readFileSync(fileURLToPath(new URL('../../../samples/portrait-04-x8.png', import.meta.url))));
    // Where gRPC is, and not where it usually is.
    assert((await code()).includes(`cvdvae.Client("${process.env.CVDVAE_SERVER}")`), await code());
    assert.match(await tab.locator('#code-origin').innerText(), /make python-wheel/);
    await tab.locator('#sample-count').fill('7');
    assert.match(await code(), /samples=7,/);
    for (const [language, says] of [
      ['C#', 'new UpscaleOptions'],
      ['TypeScript', 'samples: 7,'],
      ['Command line', '--samples 7'],
      ['Python', 'samples=7'],
    ]) {
      await tab.locator(`#languages input[value="${language}"]`).check({ force: true });
      assert((await code()).includes(says), language);
    }
    await tab.click('#copy-code');
    await tab.waitForFunction(() => document.getElementById('status').textContent === 'The code is copied.');
    assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), await code());
    // A picture of one's own: its middle square is what a server takes too; of another square the small picture is saved.
    await choosePicture(tab, await photograph(tab));
    assert.match(await code(), /"photograph\.jpg",[^]*fit="crop",/);
    assert(await tab.locator('#save-small').isHidden());
    await tab.focus('#crop-box');
    await tab.keyboard.press('ArrowLeft');
    assert.match(await code(), /"photograph-8x8\.png",/);
    assert.doesNotMatch(await code(), /fit/);
    const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('#save-small')]);
    assert.equal(download.suggestedFilename(), 'photograph-8x8.png');
    assert.equal(readFileSync(await download.path()).readUInt32BE(16), 8);
    assert.deepEqual(problems, []);
    await close();
  });
});
