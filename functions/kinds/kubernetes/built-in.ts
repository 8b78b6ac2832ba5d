import type { Card } from '../../core/card.ts';
import { bare, none } from '../card.ts';
import { exists } from '../ready.ts';

/** What all kinds in the cluster have in common. */
export const inCluster = (apiVersion: string, kind: string, plural: string) => ({
  apiVersion,
  kind,
  plural,
  scope: 'Namespaced' as Card['scope'],
  broughtBy: 'Kubernetes' as Card['broughtBy'],
  managed: false,
  tags: none('it is not in a cloud'),
  region: none('it is not in a cloud'),
  classes: none('its node runs on them'),
  access: none('it has no policy document'),
  ready: exists,
  names: [] as Card['names'],
  effects: {} as Card['effects'],
  failures: [],
});

/** A kind that holds no data, runs nothing and lets nobody in: what it does, in half a sentence. */
export const plainKind = (apiVersion: string, kind: string, plural: string, why: string) => ({
  ...inCluster(apiVersion, kind, plural),
  ...bare(why),
});

export const refused = 'the apiserver refuses it: the field is immutable';
