import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ImageFormat, InputFit, SuperResolutionClient } from 'cvdvae/web';
import { canvasPixels, choosePicture, drawSample, finished, launch, limit, open, page, photograph, pixels, same } from './browser.mjs';
import { startProxy } from './proxy.mjs';

describe('a picture of the visitor’s', { skip: page.skip, ...limit }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test('before anything is drawn the page says what the model knows, and shows what is left of the picture', async () => {
    const {
      models: [{ description }],
    } = await new SuperResolutionClient(page.address).listModels();
    assert.match(description, /^Cartoon portraits in the ToonHead style/);
    const { tab, problems, close } = await open(browser);
    assert.equal(await tab.locator('#knows').innerText(), `This model knows: ${description}`);
    await choosePicture(tab, await photograph(tab));
    assert.match(await tab.locator('#seen-text').innerText(), /^The middle square of your picture is cut out and shrunk to 8 × 8 pixels\./);
    assert.equal(
      await tab.locator('#seen-knows').innerText(),
      `The model knows only pictures of this kind: ${description} Whatever it is given, it draws one of those: a picture of anything else comes out distorted.`,
    );
    assert(await tab.locator('#knows').isHidden(), 'it is said twice');
    assert.equal(await tab.locator('#grid li').count(), 0);
    const eight = await canvasPixels(tab, '#seen-small');
    assert.equal(eight.length, 8 * 8 * 4);
    assert.equal(await tab.locator('#seen-small').evaluate((canvas) => getComputedStyle(canvas).imageRendering), 'pixelated');
    // Another scale leaves more of it.
    await tab.locator('input[name=scale][value="4"]').check({ force: true });
    await tab.waitForFunction(() => document.getElementById('seen-small').width === 16);
    assert.match(await tab.locator('#seen-text').innerText(), /16 × 16/);
    // Another square is another small picture.
    const middle = await canvasPixels(tab, '#seen-small');
    await tab.focus('#crop-box');
    await tab.keyboard.press('ArrowLeft');
    await tab.waitForFunction(
      (before) => before !== [...document.getElementById('seen-small').getContext('2d').getImageData(0, 0, 16, 16).data].join(),
      middle.join(),
    );
    assert.match(await tab.locator('#seen-text').innerText(), /^The square of your picture/);
    await drawSample(tab);
    assert(await tab.locator('#seen').isHidden());
    assert.deepEqual(problems, []);
    await close();
  });

  test('a model that says nothing of itself is told of as well', async () => {
    const { tab, close } = await open(browser, '', {}, (tab) =>
      tab.route('**/ListModels', async (route) => {
        const answer = await route.fetch();
        const body = Buffer.from(await answer.body());
        // Field 12 becomes one that nobody knows: 12 << 3 | 2 is 0x62, 14 << 3 | 2 is 0x72.
        const at = body.indexOf('Cartoon portraits');
        body[body.lastIndexOf(0x62, at - 1)] = 0x72;
        await route.fulfill({ response: answer, body });
      }),
    );
    await tab.waitForSelector('#scale-choices input');
    assert(await tab.locator('#knows').isHidden());
    await choosePicture(tab, await photograph(tab));
    assert.match(
      await tab.locator('#seen-knows').innerText(),
      /knows only the kind of pictures that it was trained on, and this server does not say which\./,
    );
    await close();
  });

  test('a picture of 48 megapixels has its true size on the label, and a kilobyte of it is sent', async () => {
    const proxy = await startProxy(page.address);
    const { tab, problems, close } = await open(browser, '?samples=1&seed=2', { address: proxy.address });
    await choosePicture(tab, await photograph(tab, { width: 8000, height: 6000 }));
    assert.equal(await tab.locator('#chosen-name').textContent(), 'photograph.jpg, 8000 × 6000; the square is used');
    await tab.click('#draw');
    await finished(tab);
    assert.equal(proxy.state.sent.length, 1);
    assert(proxy.state.sent[0] < 1024, `${proxy.state.sent[0]} bytes`);
    assert.deepEqual(problems, []);
    await close();
    await proxy.close();
  });

  for (const [width, height, scale] of [
    [251, 200, 8],
    [90, 331, 4],
    [9, 7, 8],
  ]) {
    test(`what the browser makes of ${width} x ${height} pixels draws what the server would have drawn of them, at x${scale}`, async () => {
      const { tab, close } = await open(browser, `?samples=2&seed=5&scale=${scale}`);
      const file = await photograph(tab, { width, height, type: 'image/png' });
      await choosePicture(tab, file, 'photograph.png', 'image/png');
      await tab.click('#draw');
      await finished(tab);
      const client = new SuperResolutionClient(page.address);
      const served = [];
      const asked = { image: file, inputFit: InputFit.CROP_AND_RESIZE, scale, sampleCount: 2, seed: 5n, resultFormat: ImageFormat.RAW_RGB };
      for await (const event of client.upscale(asked)) {
        if (event.kind === 'result') {
          served[event.sampleIndex] = [...event.image.data];
        }
      }
      const drawn = (await pixels(tab)).map((data) => data.filter((_, at) => at % 4 < 3));
      assert(same(served, drawn));
      await close();
    });
  }

  test('a photograph that lies on its side is stood up, as it is shown', async () => {
    const { tab, close } = await open(browser);
    await choosePicture(tab, turned(await photograph(tab, { width: 200, height: 100 })));
    // Turned by a quarter: the red corner is at the top right.
    assert.match(await tab.locator('#chosen-name').textContent(), /^photograph\.jpg, 100 × 200/);
    await tab.locator('#crop-size').fill('40');
    await tab.focus('#crop-box');
    for (let press = 0; press < 90; press++) {
      await tab.keyboard.press(press % 3 === 0 ? 'ArrowRight' : 'ArrowUp');
    }
    await tab.waitForFunction(() => {
      const { data } = document.getElementById('seen-small').getContext('2d').getImageData(7, 0, 1, 1);
      return data[0] > 180 && data[1] < 60;
    });
    await close();
  });

  test('what is transparent is white', async () => {
    const { tab, close } = await open(browser);
    const data = await tab.evaluate(
      () => Object.assign(document.createElement('canvas'), { width: 20, height: 20 }).toDataURL('image/png').split(',')[1],
    );
    await choosePicture(tab, Buffer.from(data, 'base64'), 'nothing.png', 'image/png');
    assert((await canvasPixels(tab, '#seen-small')).every((level) => level === 255));
    await close();
  });

  test('a reload gives the same images, with the square, and so does one after it', async () => {
    const { tab, problems, close } = await open(browser, '?samples=2&seed=11');
    await choosePicture(tab, await photograph(tab, { width: 1600, height: 1200 }));
    await tab.focus('#crop-box');
    await tab.keyboard.press('-');
    await tab.keyboard.press('ArrowLeft');
    await tab.click('#draw');
    await finished(tab);
    assert.match(tab.url(), /\?picture=own&/);
    const before = await pixels(tab);
    await tab.waitForFunction(() => sessionStorage.length === 1);
    for (let reload = 0; reload < 2; reload++) {
      await tab.reload();
      await finished(tab);
      assert.equal(await tab.locator('#chosen-name').textContent(), 'photograph.jpg, 1600 × 1200; the square is used');
      assert(same(before, await pixels(tab)), `reload ${reload + 1}`);
    }
    // The other scale is drawn of what was kept.
    await tab.locator('input[name=scale][value="4"]').check({ force: true });
    await tab.click('#draw');
    await finished(tab);
    // A sample takes its place.
    await drawSample(tab);
    await finished(tab);
    assert.equal(await tab.evaluate(() => sessionStorage.length), 0);
    assert.deepEqual(problems, []);
    await close();
  });

  test('a link to somebody else’s picture says what it lacks', async () => {
    const { tab, close } = await open(browser, '?picture=own&samples=2&seed=1');
    await tab.waitForSelector('#problem:not([hidden])');
    assert.match(await tab.locator('#problem').innerText(), /^This link needs a picture\.\n.*a picture of somebody’s own, which no link carries\. Choose that picture/);
    assert(await tab.locator('#problem[data-notice]').isVisible(), 'nothing went wrong');
    assert.equal(await tab.locator('#grid li').count(), 0);
    await tab.setInputFiles('#file', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
    await tab.waitForSelector('#problem:not([data-notice])');
    await close();
  });

  test('a link and the same file give the same images, of the same square', async () => {
    const { tab, close } = await open(browser, '?samples=2&seed=12');
    const file = await photograph(tab, { width: 400, height: 300 });
    await choosePicture(tab, file);
    await tab.focus('#crop-box');
    await tab.keyboard.press('-');
    await tab.keyboard.press('ArrowLeft');
    await tab.click('#draw');
    await finished(tab);
    const link = new URL(tab.url()).search;
    assert.match(link, /[?&]square=\d+%2C\d+%2C\d+/);
    const before = await pixels(tab);
    await close();

    const elsewhere = await open(browser, link);
    await elsewhere.tab.waitForSelector('#problem[data-notice]');
    await choosePicture(elsewhere.tab, file);
    await elsewhere.tab.click('#draw');
    await finished(elsewhere.tab);
    assert(same(before, await pixels(elsewhere.tab)));
    assert.equal(new URL(elsewhere.tab.url()).search, link);
    // The next picture is another one.
    await choosePicture(elsewhere.tab, await photograph(elsewhere.tab, { width: 300, height: 400 }));
    assert.match(elsewhere.tab.url(), /square=0%2C50%2C300/);
    await elsewhere.close();
  });

  for (const square of ['5,5,2000', '0,0,0', '-1,0,5', '1,2', 'all', '399,0,2']) {
    test(`a link whose square does not lie in the picture, ${square}, takes the middle one`, async () => {
      const { tab, close } = await open(browser, `?picture=own&samples=1&square=${square}`);
      await tab.waitForSelector('#problem[data-notice]');
      await choosePicture(tab, await photograph(tab, { width: 400, height: 300 }));
      assert.match(tab.url(), /square=50%2C0%2C300/);
      await close();
    });
  }

  test('Draw and what the page says are in sight beside a picture of the visitor’s, on a laptop', async () => {
    const { tab, close } = await open(browser, '', { viewport: { width: 1440, height: 900 } });
    await choosePicture(tab, await photograph(tab, { width: 600, height: 900 }));
    for (const id of ['draw', 'status']) {
      const { top, bottom } = await tab.locator(`#${id}`).evaluate((shown) => shown.getBoundingClientRect().toJSON());
      assert(top >= 0 && bottom <= 900, `${id}: ${top} to ${bottom}`);
    }
    await close();
  });
});

/** A JPEG file with the note of a camera that it was held at its side: EXIF's orientation 6. */
function turned(jpeg) {
  const exif = Buffer.from([
    0xff,
    0xe1,
    0,
    34,
    ...Buffer.from('Exif\0\0'),
    ...Buffer.from('MM'),
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    6,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}
