import { asFound } from '../../../aws/adopted.ts';
import type { Composed, Context } from '../../../core/api.ts';
import { bindingKey, issuedValues } from '../../../core/binding.ts';
import type { Card } from '../../../core/card.ts';
import { stringAt } from '../../../core/kubernetes.ts';
import { foundBy } from '../../../core/look.ts';
import { shown } from '../../../core/problem.ts';
import type { ObservedResource, Refusal } from '../../../core/step.ts';
import { rdsSubnetGroup } from '../../../kinds/aws/rds-subnet-group.ts';
import { type DatabaseSettings, issuedDatabase } from '../schema.ts';

const key = 'subnet-group';

/** What RDS fixes when it makes an instance, and what the provider would reset where nothing is said of it: it stays as it is. */
const kept = [
  'customIamInstanceProfile',
  'customerOwnedIpEnabled',
  'dbName',
  'dbSubnetGroupName',
  'dedicatedLogVolume',
  'domain',
  'domainAuthSecretArn',
  'domainDnsIps',
  'domainFqdn',
  'domainIamRoleName',
  'domainOu',
  'iamDatabaseAuthenticationEnabled',
  'monitoringInterval',
  'monitoringRoleArn',
  'username',
] as const;

interface Taking
  extends Pick<Context<DatabaseSettings, { readonly aws: { readonly vpcId: string } }>, 'facts' | 'observed' | 'settings' | 'sources'> {
  readonly identifier: string;
  /** Whether it was looked at, and is there. */
  readonly isFound: boolean;
  readonly found: (field: string) => string | undefined;
  /** Something in AWS that is only looked at. */
  readonly look: (part: string, card: Card, externalName: string, as: 'beside') => Composed;
}

/** What an instance has that was there before its claim, as far as it is known. */
interface Taken {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly databaseName: string;
  readonly resources: Readonly<Record<string, Composed>>;
  readonly refusal?: Refusal;
}

/** RDS moves no instance to another subnet group of its VPC, and takes no security group of another. */
function elsewhere({ facts, identifier, found, observed }: Taking): string | undefined {
  const group = found('dbSubnetGroupName');
  if (group === undefined) return `RDS names no subnet group of ${shown(identifier)}, want one in the VPC of the environment`;
  const seen: ObservedResource | undefined = observed[key];
  if (seen === undefined || foundBy(seen.object) === undefined) return undefined;
  const vpcId = stringAt(seen.object, 'status', 'atProvider', 'vpcId');
  return vpcId === facts.aws.vpcId
    ? undefined
    : `${shown(identifier)} is in VPC ${shown(vpcId)}, want ${shown(facts.aws.vpcId)}, as data.aws.vpcId of the environment says`;
}

/** An instance that the claim takes in keeps its administrator, its database and its place. */
export function takenOver(taking: Taking): Taken {
  const { settings, sources, observed, isFound, found, look } = taking;
  const issued = issuedValues(issuedDatabase, observed[bindingKey])?.database;
  // An instance has more than one database, and RDS knows of the first only.
  const said = sources.databaseName === 'claim' ? settings.databaseName : undefined;
  const group = found('dbSubnetGroupName');
  const why = isFound ? elsewhere(taking) : undefined;
  const both =
    settings.restoreFrom === undefined ? undefined : 'spec.restoreFrom: want it left out beside spec.adopt, which has data of its own';
  const message = both ?? (why && `spec.adopt.instance: ${why}; nothing was changed`);
  return {
    fields: asFound(observed['instance'], kept),
    databaseName: said ?? found('dbName') ?? issued ?? settings.databaseName,
    resources: isFound && group !== undefined ? { [key]: look(key, rdsSubnetGroup, group, 'beside') } : {},
    ...(message !== undefined && { refusal: { reason: 'CannotAdopt', message: `cannot adopt: ${message}` } }),
  };
}
