import type { Card, CompanionFact, SafetyFacts } from '../../core/card.ts';
import { at } from '../../core/kubernetes.ts';
import { settingOf } from '../fields.ts';

/** Families of instances that are current. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html */
export const families = ['db.t4g', 'db.m7g', 'db.r7g', 'db.m8g', 'db.r8g'];

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.UpgradeVersion.html */
export const postgresMajors = { 13: [14, 15, 16, 17], 14: [15, 16, 17], 15: [16, 17], 16: [17, 18], 17: [18] };

/**
 * TLS is forced by a parameter group, which the database must name and which must be composed beside it.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
 */
export const forcingTls = (companion: Card, namedIn: string): CompanionFact => ({
  companion,
  namedIn,
  want: 'rds.force_ssl = 1',
  holds(group) {
    const parameters = settingOf(group, 'parameter');
    return (
      Array.isArray(parameters) &&
      parameters.some((parameter) => at(parameter, 'name') === 'rds.force_ssl' && at(parameter, 'value') === '1')
    );
  },
});

/**
 * The field with a database that RDS makes itself, whose owner is the administrator, so that its app has to be that too.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
 */
export const ofAdministrator = (field: string): SafetyFacts => [
  {
    path: `spec.forProvider.${field}`,
    want: 'none, since RDS makes its administrator the owner of that database, whom the app then logs in as',
    optional: true,
    holds: () => false,
  },
];
