import type { Failed } from '../core/card.ts';
import { stringAt } from '../core/kubernetes.ts';
import { shown } from '../core/problem.ts';

/** A value of the resource as it is wanted, as messages show it. */
export const wanted = ({ object }: Failed, field: string): string => shown(stringAt(object, 'spec', 'forProvider', field));

export const regionOf = ({ object }: Failed): string => stringAt(object, 'spec', 'forProvider', 'region') ?? 'its region';

export const providerConfigOf = ({ object }: Failed): string =>
  `${stringAt(object, 'spec', 'providerConfigRef', 'kind') ?? 'ProviderConfig'} ${shown(stringAt(object, 'spec', 'providerConfigRef', 'name'))}`;
