import assert from 'node:assert/strict';
import test from 'node:test';
import { imageOf, load } from './source.mjs';

const { distance, gainFor, meanOf, overlay } = await load('difference');
const { columnsFor } = await load('tiles');

const grey = (level) => imageOf(8, 8, () => level);
const pixel = ({ data }, at) => [...data.subarray(4 * at, 4 * at + 4)];

test('the mean is that of each value', () => {
  const mean = meanOf([grey(10), grey(20), imageOf(8, 8, (x) => (x === 0 ? 90 : 30))]);
  assert.deepEqual(
    [pixel(mean, 0), pixel(mean, 1)],
    [
      [40, 40, 40, 255],
      [20, 20, 20, 255],
    ],
  );
});

test('the distance is the mean of the absolute differences', () => {
  assert.equal(distance(grey(10), grey(10)), 0);
  assert.equal(
    distance(
      grey(10),
      imageOf(8, 8, (_x, _y, channel) => (channel === 1 ? 4 : 10)),
    ),
    2,
  );
});

test('the gain is as large as the differences allow', () => {
  assert.equal(gainFor(grey(100), []), 32);
  assert.equal(gainFor(grey(100), [grey(107)]), 32);
  assert.equal(gainFor(grey(100), [grey(108)]), 16);
  assert.equal(gainFor(grey(100), [grey(101), grey(160)]), 4);
  assert.equal(gainFor(grey(0), [grey(255)]), 1);
});

test('the overlay is grey where nothing differs, and coloured by the difference times the gain', () => {
  const shown = overlay(
    grey(100),
    imageOf(8, 8, (x) => (x === 0 ? 110 : 100)),
    8,
  );
  const [red, green, blue] = pixel(shown, 1);
  assert(red === green && green === blue && red < 100);
  // 10 levels, 8 times: 80 of 255.
  const [warm, , cold] = pixel(shown, 0);
  assert(Math.abs(warm - (49.5 + (80 / 255) * (255 - 49.5))) < 1.5 && cold < 49.5);
  assert.deepEqual(pixel(overlay(grey(0), grey(255), 4), 0), [255, 140, 0, 255]);
});

for (const [count, width, height, columns] of [
  [1, 1000, 900, 1],
  [5, 996, 900, 3],
  [5, 2100, 1300, 5],
  [16, 2100, 1300, 6],
  [5, 320, 800, 2],
  [2, 320, 800, 1],
]) {
  test(`${count} tiles in a window of ${width} by ${height} take ${columns} columns`, () => {
    const { columns: laid, tile } = columnsFor(count, width, height);
    assert.equal(laid, columns);
    assert(tile > 100 && tile * laid + 12 * (laid - 1) <= width, String(tile));
  });
}

test('tiles never need more than the width', () => {
  for (let width = 200; width < 3000; width += 97) {
    for (let count = 1; count <= 16; count++) {
      const { columns, tile } = columnsFor(count, width, 900);
      assert(columns <= count && tile * columns + 12 * (columns - 1) <= width, `${count} in ${width}`);
    }
  }
});
