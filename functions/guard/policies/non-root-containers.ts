import { at } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { isFalse } from '../../kinds/fields.ts';
import { containerLists, each, podFields } from '../inspect.ts';

/** The one capability that needs no trust: to listen on a port below 1024. */
const harmless = 'NET_BIND_SERVICE';

export const nonRootContainers: Policy = {
  id: 'non-root-containers',
  severity: 'deny',
  text: 'Containers run without root, without privileges and without access to their node.',
  why: 'Whoever breaks out of a container that runs as root owns the node, and with it every app that runs there.',
  fix:
    'Set `runAsNonRoot: true`, `allowPrivilegeEscalation: false` and `capabilities: {drop: [ALL]}` in the securityContext, and use no ' +
    '`privileged`, `hostNetwork`, `hostPID`, `hostIPC` or `hostPath`. An image that insists on root needs another base image.',
  check: each(
    podFields([
      ...['hostNetwork', 'hostPID', 'hostIPC'].map((path) => ({ path, want: 'false', holds: isFalse, optional: true as const })),
      { path: 'volumes.*.hostPath', want: 'no folder of the node', holds: () => false, optional: true },
      ...containerLists.flatMap((list) => [
        {
          path: `${list}.*.securityContext.runAsNonRoot`,
          want: 'true, here or for the pod',
          holds: (value: unknown, pod: unknown) => (value ?? at(pod, 'securityContext', 'runAsNonRoot')) === true,
        },
        { path: `${list}.*.securityContext.privileged`, want: 'false', holds: isFalse, optional: true as const },
        { path: `${list}.*.securityContext.allowPrivilegeEscalation`, want: 'false', holds: isFalse },
        {
          path: `${list}.*.securityContext.capabilities.drop`,
          want: '["ALL"]',
          holds: (value: unknown) => Array.isArray(value) && value.includes('ALL'),
        },
        {
          path: `${list}.*.securityContext.capabilities.add.*`,
          want: `none but ${harmless}`,
          holds: (value: unknown) => value === harmless,
        },
      ]),
    ]),
  ),
};
