import { asFound, elsewhere } from '../../../aws/adopted.ts';
import type { AwsResources } from '../../../aws/resources.ts';
import type { Composed, Context } from '../../../core/api.ts';
import { bindingKey, issuedValues } from '../../../core/binding.ts';
import type { Refusal } from '../../../core/step.ts';
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
  readonly look: AwsResources['look'];
}

/** What an instance has that was there before its claim, as far as it is known. */
interface Taken {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly databaseName: string;
  readonly resources: Readonly<Record<string, Composed>>;
  readonly refusal?: Refusal;
}

/** An instance that the claim takes in keeps its administrator, its database and its place. */
export function takenOver(taking: Taking): Taken {
  const { facts, settings, sources, observed, identifier, isFound, found, look } = taking;
  const issued = issuedValues(issuedDatabase, observed[bindingKey])?.database;
  // An instance has more than one database, and RDS knows of the first only.
  const said = sources.databaseName === 'claim' ? settings.databaseName : undefined;
  const group = found('dbSubnetGroupName');
  const why = isFound
    ? elsewhere({ name: identifier, group, card: rdsSubnetGroup, seen: observed[key], vpcId: facts.aws.vpcId })
    : undefined;
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
