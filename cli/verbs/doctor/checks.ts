import { access } from './access.ts';
import { addedApis } from './added-apis.ts';
import { advised } from './advised.ts';
import { apis } from './apis.ts';
import type { Check } from './check.ts';
import { claims } from './claims.ts';
import { crossplane } from './crossplane.ts';
import { environments } from './environments.ts';
import { hours } from './hours.ts';
import { managedResources } from './managed-resources.ts';
import { namedObjects } from './named-objects.ts';
import { namespaces } from './namespaces.ts';
import { packages } from './packages.ts';
import { permissions } from './permissions.ts';

/** Everything that doctor looks at, causes before their effects. */
export const checks: readonly Check[] = [
  crossplane,
  permissions,
  access,
  packages,
  apis,
  managedResources,
  environments,
  namedObjects,
  advised,
  hours,
  addedApis,
  namespaces,
  claims,
];
