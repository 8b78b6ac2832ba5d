import { at, groupOf, type KubernetesObject } from '../../functions/core/kubernetes.ts';
import { isLook } from '../../functions/core/readiness.ts';
import { apply, eventually, kubectl, list } from './cluster.ts';
import { recordedSecret, recordedStatus } from './recorded.ts';
import { adminPassword } from './setup.ts';

/** The kinds of AWS that a database on an instance of its own is composed into, as kubectl takes them. */
export const kindsOfDatabase = ['instances.rds', 'parametergroups.rds', 'subnetgroups.rds', 'securitygroups.ec2', 'securitygrouprules.ec2']
  .map((kind) => `${kind}.aws.m.upbound.io`)
  .join(',');

/** Plays provider-aws at its very edge: the status of each object that the real one was seen to write, with what is changed of it. */
export async function playStatus(
  namespace: string,
  change: (status: KubernetesObject, object: KubernetesObject) => KubernetesObject = (status) => status,
): Promise<void> {
  for (const object of await list(kindsOfDatabase, '-n', namespace)) {
    const { conditions, ...others } = recordedStatus(object);
    // It has looked at the object as it is now.
    const { generation: observedGeneration } = object.metadata;
    const looked = (conditions as readonly object[]).map((condition) => ({ ...condition, observedGeneration }));
    const patch = JSON.stringify({ status: change({ ...others, conditions: looked } as KubernetesObject, object) });
    const target = [`${object.kind}.${groupOf(object)}`, object.metadata.name, '-n', namespace];
    await kubectl('patch', ...target, '--subresource=status', '--type=merge', '-p', patch);
  }
}

/**
 * Plays provider-aws, which made the instance of the claim `orders`: in truth a Postgres of the cluster, of which it reports `more`
 * besides, and which somebody administers who is no superuser.
 */
export async function playInstance(namespace: string, host: string, more: object = {}): Promise<void> {
  await eventually(async () => {
    const objects = await list(kindsOfDatabase, '-n', namespace);
    if (!objects.some(({ kind }) => kind === 'Instance') || objects.some(isLook))
      throw new Error(`not asked for yet: ${objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`);
  });
  await playStatus(namespace, (status, object) => {
    const reported: Readonly<Record<string, object>> = {
      Instance: { username: 'platform', dbName: '', address: host, ...more },
      ParameterGroup: { parameter: at(object, 'spec', 'forProvider', 'parameter') },
    };
    return { ...status, atProvider: { ...(status['atProvider'] as object), ...reported[object.kind] } };
  });
  const secret = recordedSecret(namespace, 'orders-database-connection');
  const where = { address: host, host, endpoint: `${host}:5432`, username: 'platform', password: adminPassword };
  await apply({ ...secret, stringData: { ...(secret['stringData'] as object), ...where } });
}
