import { at } from '../../core/kubernetes.ts';
import { defineKind, inPlace } from '../card.ts';
import { plainKind } from './built-in.ts';

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** https://gateway-api.sigs.k8s.io/reference/spec/#httproutestatus */
export const httpRoute = defineKind({
  ...plainKind('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes', 'which paths of a host lead to which Service'),
  broughtBy: 'cluster',
  hosts: { path: 'spec.hostnames.*' },
  ready(observed) {
    const generation = observed.metadata?.generation ?? 0;
    const parents = list(at(observed, 'status', 'parents'));
    if (parents.length < list(at(observed, 'spec', 'parentRefs')).length || parents.length === 0) return 'no gateway has looked at it yet';
    const refusal = parents
      .flatMap((parent) => ['Accepted', 'ResolvedRefs'].map((type) => conditionIn(parent, type)))
      .find((condition) => at(condition, 'status') !== 'True' || Number(at(condition, 'observedGeneration') ?? generation) < generation);
    return refusal === undefined || String(at(refusal, 'reason') ?? '');
  },
  effects: { spec: inPlace('at once, for new requests') },
});

function conditionIn(parent: unknown, type: string): unknown {
  return list(at(parent, 'conditions')).find((condition) => at(condition, 'type') === type) ?? { reason: `no condition ${type} yet` };
}
