import { describe, expect, test } from 'vitest';
import { environmentConfig, everything, observedAfter, stepRequest } from '../../test/request.ts';
import { at } from '../core/kubernetes.ts';
import { expand } from '../expand/expand.ts';
import { guard } from '../guard/guard.ts';

const { prometheus } = everything.monitoring;

function asked(persistence: 'Ephemeral' | 'Persistent', monitoring: object, observed = {}) {
  const data = { ...everything, monitoring, tier: 'dev', defaults: { AppDatabase: { backend: 'container', persistence } } };
  return stepRequest({ kind: 'AppDatabase', environments: [environmentConfig('dev', data)], observed });
}

const labels = { namespace: 'shop', kind: 'AppDatabase', claim: 'orders', environment: 'dev', owner: 'shop', severity: 'warning' };
const rules = [
  {
    alert: 'AppDatabaseNotReady',
    expr: 'kube_statefulset_status_replicas_ready{namespace="shop",statefulset="orders-database"} < 1',
    for: '10m',
    labels,
    annotations: {
      summary: 'AppDatabase shop/orders serves nobody',
      description: 'Its pod has not been ready for ten minutes: kubectl -n shop describe pod orders-database-0 says why.',
    },
  },
  {
    alert: 'AppDatabaseRestarting',
    expr: 'increase(kube_pod_container_status_restarts_total{namespace="shop",pod="orders-database-0",container="postgres"}[30m]) > 2',
    labels,
    annotations: {
      summary: 'AppDatabase shop/orders restarts again and again',
      description: 'More than two restarts in half an hour: kubectl -n shop logs orders-database-0 --previous says why.',
    },
  },
];
const filling = {
  alert: 'AppDatabaseVolumeFilling',
  expr: 'kubelet_volume_stats_available_bytes{namespace="shop",persistentvolumeclaim="data-orders-database-0"} / kubelet_volume_stats_capacity_bytes{namespace="shop",persistentvolumeclaim="data-orders-database-0"} < 0.1',
  for: '15m',
  labels,
  annotations: {
    summary: 'AppDatabase shop/orders has little room left on its volume',
    description: '{{ $value | humanizePercentage }} of the volume is free. Once it is full, nothing can be written.',
  },
};

describe('the alerts of a server in a container', () => {
  test.each([
    ['Ephemeral', rules],
    ['Persistent', [...rules, filling]],
  ] as const)('are those of what can be measured: %s', (persistence, wanted) => {
    expect(expand(asked(persistence, { prometheus })).desired['alerts']?.object).toEqual({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        name: 'orders-database',
        labels: {
          'app.kubernetes.io/name': 'postgres',
          'app.kubernetes.io/instance': 'orders-database',
          'app.kubernetes.io/managed-by': 'golden-path',
          release: 'prometheus',
        },
      },
      spec: { groups: [{ name: 'orders-database.server', rules: wanted }] },
    });
  });

  test('are only where the environment has who makes them, and go when it has not any more', () => {
    const before = expand(asked('Ephemeral', { prometheus }));
    const request = asked('Ephemeral', {}, observedAfter(before));
    const after = expand(request);
    expect(Object.keys(before.desired).filter((key) => !(key in after.desired))).toEqual(['alerts']);
    expect(guard({ ...request, desired: after.desired, desiredStatus: after.status ?? {} }).refusal).toBeUndefined();
    expect(at(after.desired['server']?.object)).toEqual(before.desired['server']?.object);
  });
});
