import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { at } from '../functions/core/kubernetes.ts';
import { expand } from '../functions/expand/expand.ts';
import { toYaml } from '../platform/yaml.ts';
import { environmentConfig, everything, stepRequest } from './request.ts';

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const image = 'docker.io/library/python:3.13-alpine';
const persistent = { persistence: 'Persistent' };

interface Form {
  readonly kind: string;
  readonly spec: object;
  readonly defaults?: object;
}

/** Every form in which a claim has rules. */
const forms: readonly Form[] = [
  ...['tier-1', 'tier-2', 'tier-3'].map((criticality) => ({
    kind: 'AppService',
    spec: { image, port: 8080, metrics: {}, criticality },
  })),
  { kind: 'AppService', spec: { image, autoscaling: { min: 1, max: 3 } } },
  { kind: 'AppService', spec: { image, schedule: { cron: '@daily' } } },
  { kind: 'AppDatabase', spec: { engine: 'postgres' } },
  { kind: 'AppDatabase', spec: { engine: 'postgres' }, defaults: persistent },
  { kind: 'AppBucket', spec: {}, defaults: persistent },
  { kind: 'AppCache', spec: { engine: 'valkey' } },
  { kind: 'AppQueue', spec: {} },
];

function composedFor({ kind, spec, defaults = {} }: Form) {
  const data = { ...everything, tier: 'dev', defaults: { [kind]: { backend: 'container', ...defaults } } };
  const { desired, refusal } = expand(stepRequest({ kind, spec, environments: [environmentConfig('dev', data)], claims: [] }));
  if (refusal !== undefined) throw new Error(refusal.message);
  return desired;
}

const rulesOf = (form: Form) => at(composedFor(form)['alerts']?.object, 'spec') as Rules;

/** Where PromQL cannot be read; undefined where it can. */
function unreadable(expr: string): string | undefined {
  let rest: string | undefined;
  parser.parse(expr).iterate({
    enter({ type, from }) {
      if (type.isError) rest ??= `${expr} at ${from}`;
    },
  });
  return rest;
}

test('what cannot be read as PromQL is found', () => {
  expect(['sum(rate(a[5m])', 'a{b=c}', 'up > 0'].map(unreadable)).toEqual(['sum(rate(a[5m]) at 15', 'a{b=c} at 4', undefined]);
});

test.each(forms)('$kind with $spec and $defaults has rules and a dashboard in PromQL', (form) => {
  const dashboards = Object.values((at(composedFor(form)['grafana-dashboard']?.object, 'data') ?? {}) as Record<string, string>);
  const shown = dashboards.flatMap((text) =>
    (JSON.parse(text) as { panels: readonly { targets: readonly { expr: string }[] }[] }).panels.flatMap(({ targets }) =>
      targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')),
    ),
  );
  const expressions = [...rulesOf(form).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)), ...shown];
  expect(expressions.length).toBeGreaterThan(0);
  expect(expressions.flatMap((expr) => unreadable(expr) ?? [])).toEqual([]);
});

const promtool = process.env['PROMTOOL'];

/** What Prometheus's own tool says of files with these contents. */
function checked(verb: string, ...contents: readonly object[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  try {
    const files = contents.map((_, index) => join(folder, `${index}.yaml`));
    files.forEach((file, index) => {
      writeFileSync(file, toYaml(contents[index]));
    });
    return execFileSync(String(promtool), [verb, 'rules', ...(verb === 'test' ? files.slice(-1) : files)], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(promtool === undefined)('NOT CHECKED unless PROMTOOL names Prometheus’s own tool: promtool', () => {
  test('takes every rule, none of them twice', () => {
    expect(checked('check', ...forms.map(rulesOf))).not.toMatch(/FAILED|duplicate/);
  });

  test('sees the budget of tier-1 burn while one request in twenty fails, and the urgent alert end soon after', () => {
    const rules = rulesOf({ kind: 'AppService', spec: { image, port: 8080, metrics: {}, criticality: 'tier-1' } });
    const alertOf = (burn: string) => {
      const found = rules.groups
        .flatMap((group) => group.rules)
        .find(({ labels }) => labels['slo'] === 'availability' && labels['burn'] === burn);
      if (found === undefined) throw new Error(`there is no alert with burn ${burn}`);
      return found;
    };
    const failing = (burn: string, value: string) => {
      const { labels, annotations = {} } = alertOf(burn);
      const description = String(annotations['description']).replace('{{ $value | humanizePercentage }}', value);
      return { exp_labels: labels, exp_annotations: { ...annotations, description } };
    };
    const at = (eval_time: string, ...exp_alerts: readonly object[]) => ({ eval_time, alertname: 'AppServiceErrorBudgetBurn', exp_alerts });
    const series = (status: string, values: string) => ({
      series: `http_server_request_duration_seconds_count{job="shop/orders",http_response_status_code="${status}"}`,
      values,
    });
    const tests = {
      rule_files: ['0.yaml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          // An hour that is well, half an hour in which one of twenty fails, and an hour that is well again.
          input_series: [series('200', '0+100x150'), series('500', '0+0x60 5+5x29 150+0x60')],
          alert_rule_test: [
            at('55m'),
            at('62m', failing('slow', '0.161%')),
            at('85m', failing('fast', '2.041%'), failing('slow', '1.449%')),
            at('130m', failing('slow', '1.141%')),
          ],
        },
      ],
    };
    expect(checked('test', rules, tests)).toContain('SUCCESS');
  });
});
