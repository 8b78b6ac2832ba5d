import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

function goldenpath(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

describe('help', () => {
  test('is of every verb, or of one', () => {
    const all = goldenpath('--help');
    const plan = goldenpath('plan', '--help');
    const doctor = goldenpath('doctor', '-h');
    expect([all.code, plan.code, doctor.code]).toEqual([0, 0, 0]);
    for (const { stdout } of [plan, doctor]) expect(all.stdout).toContain(stdout);
    expect(plan.stdout).not.toContain('goldenpath doctor');
    expect(goldenpath()).toEqual({ ...all, code: 2 });
  });
});

test.each<[readonly string[], string]>([
  [['sing'], 'cannot run "sing": want one of plan, score, status, scorecard, doctor, init first; see goldenpath --help'],
  [
    ['--output', 'json', 'doctor'],
    'cannot run "--output": want one of plan, score, status, scorecard, doctor, init first; see goldenpath --help',
  ],
  [['doctor', '--against', 'prod'], "Unknown option '--against'; see goldenpath doctor --help"],
  [['doctor', 'claim.yaml'], "Unexpected argument 'claim.yaml'; see goldenpath doctor --help"],
  [['plan', '--environment'], "Option '-e, --environment <value>' argument missing; see goldenpath plan --help"],
])('%j is refused on one line', (args, message) => {
  expect(goldenpath(...args)).toEqual({ code: 2, stdout: '', stderr: `goldenpath: ${message}\n` });
});

test('whoever reads only the first line gets it, without a word of the rest, and the exit code of the whole', () => {
  const args = [main, 'plan', 'examples/app-database.yaml', 'examples/app-bucket.yaml', '-e', 'prod', '-e', 'staging', '-o', 'json'];
  const pipe = '"$0" "$@" | head -n 1; echo "$PIPESTATUS"';
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { stdout, stderr } = spawnSync('bash', ['-c', pipe, process.execPath, ...args], { cwd: root, encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '{\n0\n', stderr: '' });
});
