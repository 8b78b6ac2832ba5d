import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { progressOn } from './progress.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function sink(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

test('a terminal is told after two seconds, also while nothing is said, and the line is taken back', () => {
  const terminal = sink(true);
  const progress = progressOn(terminal);
  progress.say('reading …');
  vi.advanceTimersByTime(1900);
  expect(terminal.written).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(terminal.written).toEqual(['\r\u001b[Kreading …']);
  progress.end();
  vi.advanceTimersByTime(5000);
  expect(terminal.written).toEqual(['\r\u001b[Kreading …', '\r\u001b[K']);
});

test('what is quick, and what is no terminal, shows nothing', () => {
  const terminal = sink(true);
  const quick = progressOn(terminal);
  quick.say('reading …');
  quick.end();
  const file = sink(false);
  progressOn(file).say('reading …');
  vi.advanceTimersByTime(5000);
  expect([terminal.written, file.written]).toEqual([[], []]);
});
