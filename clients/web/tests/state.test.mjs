import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  choosePicture,
  drawSample,
  finished,
  focusOrder,
  launch,
  limit,
  open,
  page,
  photograph,
  pixels,
  same,
  says,
  slide,
} from './browser.mjs';
import { startProxy } from './proxy.mjs';

describe('what the page says is what it shows', { skip: page.skip, ...limit }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  const isDimmed = (tab) =>
    tab
      .locator('#grid canvas')
      .first()
      .evaluate(
        (canvas) => canvas.getAnimations().forEach((animation) => animation.finish()) ?? Number(getComputedStyle(canvas).opacity) < 0.5,
      );
  const chooseScale = (tab, scale) => tab.locator(`input[name=scale][value="${scale}"]`).check({ force: true });

  test('images of another picture or of other settings are dimmed and marked, and the way back is one click', async () => {
    const { tab, problems, close } = await open(browser, '?samples=2&seed=31');
    await drawSample(tab);
    await finished(tab);
    assert(!(await isDimmed(tab)));
    assert(await tab.locator('#stale').isHidden());
    const [link, shown] = [tab.url(), await pixels(tab)];
    for (const [name, change] of [
      ['scale', () => chooseScale(tab, 4)],
      ['seed', () => tab.fill('#seed', '99')],
      ['temperature', () => slide(tab, 'prior-temperature', 0.1)],
      ['number of samples', () => slide(tab, 'sample-count', 3)],
      ['consistency', () => tab.locator('#consistency').check()],
      ['picture', async () => choosePicture(tab, await photograph(tab))],
    ]) {
      await change();
      await tab.waitForSelector('#stale:not([hidden])');
      assert.match(await tab.locator('#stale-text').innerText(), /^These images are of other settings: portrait 01, ×8, seed 31\./, name);
      assert(await isDimmed(tab), name);
      await tab.click('#back');
      assert(await tab.locator('#stale').isHidden(), name);
      assert(!(await isDimmed(tab)), name);
      assert.equal(tab.url(), link, name);
      assert.deepEqual(await pixels(tab), shown);
    }
    assert.deepEqual(problems, []);
    await close();
  });

  test('the copied link gives the images on screen, also where the settings have moved on', async () => {
    const { tab, close } = await open(browser, '?samples=2&seed=41', { permissions: ['clipboard-read', 'clipboard-write'] });
    await drawSample(tab, 'portrait-06');
    await finished(tab);
    const shown = await pixels(tab);
    await chooseScale(tab, 4);
    await tab.fill('#seed', '42');
    await tab.click('#copy-link');
    await says(tab, /^The link to these images is copied\.$/);
    const link = await tab.evaluate(() => navigator.clipboard.readText());
    const second = await open(browser, new URL(link).search);
    await finished(second.tab);
    assert(same(shown, await pixels(second.tab)));
    await second.close();
    await close();
  });

  test('an empty seed asks for a new one', async () => {
    const { tab, problems, close } = await open(browser, '?samples=1&seed=5');
    await tab.fill('#seed', '');
    assert.equal(await tab.locator('#seed').getAttribute('aria-invalid'), 'false');
    await drawSample(tab);
    await finished(tab);
    const seed = await tab.locator('#seed').inputValue();
    assert.match(seed, /^\d+$/);
    assert.equal(await tab.locator('#used-seed').textContent(), seed);
    await tab.fill('#seed', 'minus one');
    assert.equal(await tab.locator('#seed').getAttribute('aria-invalid'), 'true');
    assert.deepEqual(problems, []);
    await close();
  });

  test('a seed that is none stays out of the link', async () => {
    const { tab, close } = await open(browser, '?seed=5');
    await drawSample(tab);
    await finished(tab);
    await tab.fill('#seed', 'minus one');
    await tab.locator('#seed').blur();
    assert.doesNotMatch(tab.url(), /seed/);
    assert.match(tab.url(), /sample=portrait-01/);
    await tab.fill('#seed', '6');
    await tab.locator('#seed').blur();
    assert.match(tab.url(), /seed=6$/);
    await close();
  });

  test('a model that the link names and the server lacks is named', async () => {
    const { tab, close } = await open(browser, '?model=faces%401&samples=1');
    await says(tab, /asks for the model faces@1, which this server does not have/);
    await close();
  });

  test('a cancelled call counts what a person counts', async () => {
    const proxy = await startProxy(page.address);
    proxy.state.most = 30_000;
    const { tab, close } = await open(browser, '?samples=16&seed=3', { address: proxy.address });
    await drawSample(tab);
    await tab.waitForFunction(() => document.querySelectorAll('#grid [data-resolution]').length === 16);
    await tab.click('#cancel');
    await says(tab, /^Cancelled: \d+ of 16 samples are finished, the rest (at \d+ by \d+|between \d+ and \d+) pixels\.$/);
    const status = await tab.locator('#status').textContent();
    assert.equal(Number(/ (\d+) of/.exec(status)[1]), await tab.locator('#grid [data-finished]').count());
    // What came is kept, also for later.
    assert.equal(await tab.locator('#grid [data-resolution]').count(), 16);
    assert.equal(await tab.locator('#visit li').count(), 1);
    await close();
    await proxy.close();
  });

  test('a server that falls silent is noticed within seconds, with what is known of it', async () => {
    const proxy = await startProxy(page.address);
    proxy.state.most = 6_000;
    const { tab, close } = await open(browser, '?samples=5&seed=3', { address: proxy.address });
    await drawSample(tab);
    await tab.waitForSelector('#silence:not([hidden])', { timeout: 15_000 });
    assert.match(
      await tab.locator('#silence').innerText(),
      /^Nothing comes: the server is there, but busy with others, or a part of it has stopped\.[^]*\d+ s$/,
    );
    proxy.state.health = 503;
    await tab.waitForFunction(() => /says that it cannot draw at the moment/.test(document.getElementById('silence').innerText));
    assert(await tab.locator('#cancel').isVisible());
    proxy.release();
    await finished(tab);
    assert(await tab.locator('#silence').isHidden());
    await close();
    await proxy.close();
  });

  test('a device that is offline keeps what was drawn, says so, and goes on when the network is back', async () => {
    const { tab, close } = await open(browser, '?samples=2&seed=51');
    await drawSample(tab);
    await finished(tab);
    const shown = await pixels(tab);
    await tab.context().setOffline(true);
    await tab.click('#again');
    await tab.waitForSelector('#problem:not([hidden])');
    assert.match(await tab.locator('#problem').innerText(), /^This device is offline\.\nWhat was drawn stays here/);
    assert.deepEqual(await pixels(tab), shown);
    assert(await tab.locator('#beside-section').isVisible());
    assert.match(await tab.locator('#stale-text').innerText(), /seed 51/);
    await tab.context().setOffline(false);
    await finished(tab);
    assert(await tab.locator('#problem').isHidden());
    assert(!same(shown, await pixels(tab)));
    await close();
  });

  test('a server that is gone in the middle of a call leaves what came, and the call is made again when it is back', async () => {
    const proxy = await startProxy(page.address);
    proxy.state.most = 30_000;
    const { tab, close } = await open(browser, '?samples=5&seed=52', { address: proxy.address });
    await drawSample(tab);
    await tab.waitForFunction(() => document.querySelectorAll('#grid [data-resolution]').length === 5);
    await proxy.close();
    await tab.waitForSelector('#problem:not([hidden])');
    assert.match(await tab.locator('#problem').innerText(), /^The server cannot be reached\./);
    assert.match(await tab.locator('#status').textContent(), /^Broken off: \d of 5 samples are finished/);
    assert.equal(await tab.locator('#grid [data-resolution]').count(), 5);
    proxy.state.most = Infinity;
    await proxy.open();
    await finished(tab);
    assert(await tab.locator('#problem').isHidden());
    await close();
    await proxy.close();
  });

  test('a page that could not ask for the models asks again when something is to be drawn', async () => {
    const proxy = await startProxy(page.address);
    const { tab, close } = await open(browser, '?sample=portrait-02&samples=1&seed=1', { address: proxy.address }, (tab) =>
      tab.route('**/ListModels', (route) => route.abort()),
    );
    await tab.waitForSelector('#problem:not([hidden])');
    assert.match(await tab.locator('#problem').innerText(), /cannot be reached/);
    await tab.unroute('**/ListModels');
    await tab.click('#samples button[data-name="portrait-02"]');
    await finished(tab);
    assert(await tab.locator('#problem').isHidden());
    await close();
    await proxy.close();
  });

  test('what was drawn in this visit comes back with its settings', async () => {
    const { tab, problems, close } = await open(browser, '?samples=2&seed=61');
    await drawSample(tab, 'portrait-07');
    await finished(tab);
    const [first, link] = [await pixels(tab), tab.url()];
    await tab.waitForFunction((shown) => {
      const canvas = document.querySelector('#visit canvas');
      return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data].join() === shown;
    }, first[0].join());
    await choosePicture(tab, await photograph(tab));
    await chooseScale(tab, 4);
    await tab.click('#draw');
    await finished(tab);
    const second = await pixels(tab);
    assert.deepEqual(await tab.locator('#visit button').allInnerTexts(), ['photograph.jpg, ×4, seed 61', 'portrait 07, ×8, seed 61']);
    await tab.locator('#visit button').nth(1).click();
    assert.deepEqual(await pixels(tab), first);
    assert.equal(tab.url(), link);
    assert(await tab.locator('#stale').isHidden());
    assert(await tab.locator('#seen').isHidden());
    assert.equal(await tab.locator('#visit [aria-pressed=true]').innerText(), 'portrait 07, ×8, seed 61');
    assert.equal(
      await tab
        .locator('#samples img')
        .first()
        .evaluate((image) => image.decode().then(() => image.naturalWidth)),
      8,
    );
    await tab.locator('#visit button').first().click();
    assert.deepEqual(await pixels(tab), second);
    await tab.waitForFunction(() => document.getElementById('seen-small').width === 16);
    // The same wish again takes the place of the first.
    await tab.click('#draw');
    await finished(tab);
    assert.equal(await tab.locator('#visit li').count(), 2);
    assert(same(second, await pixels(tab)));
    assert.deepEqual(problems, []);
    await close();
  });

  test('the keyboard comes to the samples in a few steps', async () => {
    const { tab, close } = await open(browser, '?samples=5&seed=71');
    await drawSample(tab, 'portrait-03');
    await finished(tab);
    const stops = (await focusOrder(tab)).map(({ name }) => name);
    assert.equal(stops[0], 'Skip to the samples');
    assert.equal(stops.filter((name) => /^portrait-/.test(name)).join(), 'portrait-03', 'one stop for all portraits');
    assert.equal(stops.filter((name) => /^Sample \d/.test(name)).length, 1, 'one stop for all samples');
    const focused = () => tab.evaluate(() => document.activeElement.dataset.name ?? document.activeElement.textContent);
    await tab.focus('#samples [data-name="portrait-03"]');
    for (const [key, name] of [
      ['ArrowRight', 'portrait-04'],
      ['ArrowLeft', 'portrait-03'],
      ['Home', 'portrait-01'],
      ['ArrowLeft', 'portrait-12'],
      ['End', 'portrait-12'],
      ['ArrowDown', 'portrait-01'],
    ]) {
      await tab.keyboard.press(key);
      assert.equal(await focused(), name);
    }
    await tab.focus('#grid button');
    await tab.keyboard.press('ArrowRight');
    assert.match(await focused(), /^Sample 2, /);
    // The link goes past everything.
    await tab.focus('.skip');
    await tab.keyboard.press('Enter');
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'output');
    await close();
  });

  test('the page says what the method is', async () => {
    const { tab, close } = await open(browser);
    assert.equal(await tab.locator('.more a').first().getAttribute('href'), 'https://arxiv.org/abs/2205.10347');
    assert.match(await tab.locator('.more').innerText(), /one pass through the network gives one sample/);
    await close();
  });
});
