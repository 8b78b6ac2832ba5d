import { describe, expect, test } from 'vitest';
import { parseQuantity } from './quantity.ts';

describe('a Kubernetes quantity', () => {
  test.each([
    ['0', 0],
    ['1', 1],
    [2, 2],
    [0.5, 0.5],
    ['250m', 0.25],
    ['0.1', 0.1],
    ['.5', 0.5],
    ['1.', 1],
    ['+3', 3],
    ['500n', 5e-7],
    ['3u', 3e-6],
    ['1k', 1_000],
    ['5M', 5_000_000],
    ['512Mi', 536_870_912],
    ['4Gi', 4_294_967_296],
    ['1.5Gi', 1_610_612_736],
    ['1Ti', 1_099_511_627_776],
    ['2E', 2e18],
    ['2E3', 2_000],
    ['1e3', 1_000],
    ['1e-3', 0.001],
  ])('%j is %d', (value, expected) => {
    expect(parseQuantity(value)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    '1 Gi',
    'Gi',
    '1GiB',
    '1gi',
    '-1',
    '1e999',
    'NaN',
    '0x10',
    '1,5',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    null,
    undefined,
    true,
    [],
    {},
  ])('%j is none', (value) => {
    expect(parseQuantity(value)).toBeUndefined();
  });
});
