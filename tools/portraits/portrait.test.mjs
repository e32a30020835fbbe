import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backgroundColors, drawPortrait } from './portrait.mjs';

test('drawPortrait_TopCorner_IsABackgroundColor', () => {
  const seen = new Set();
  for (let index = 0; index < 200; index++) {
    const corner = Buffer.from(drawPortrait(`test-${index}`, 32).subarray(0, 3)).toString('hex');
    assert.ok(backgroundColors.includes(corner), `test-${index}: ${corner}`);
    seen.add(corner);
  }

  assert.equal(seen.size, backgroundColors.length);
});

test('drawPortrait_ChannelOrder_IsRedGreenBlue', () => {
  // Skin is the colour at the cheek of every portrait, and every skin tone has more red than green, and more green than blue.
  for (let index = 0; index < 50; index++) {
    const cheek = (Math.floor(128 * 0.60) * 128 + Math.floor(128 * 0.37)) * 3;
    const [red, green, blue] = drawPortrait(`test-${index}`, 128).subarray(cheek, cheek + 3);
    assert.ok(red > green && green > blue, `test-${index}: ${red}, ${green}, ${blue}`);
  }
});
