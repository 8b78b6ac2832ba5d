import type { Failure } from '../../core/card.ts';

/** What crossplane-runtime says for every provider. */
export const runtimeFailures: readonly Failure[] = [
  {
    pattern: /cannot get referenced resource: (\w+)\.\S+ "([^"]*)" not found/,
    waitsFor: ({ captured }) => `${captured(1)} ${captured(2)}`,
    // https://github.com/crossplane-contrib/provider-sql/pull/290
    example:
      'cannot resolve references: spec.forProvider.database: cannot get referenced resource: Database.postgresql.sql.m.crossplane.io "example" not found',
  },
  {
    pattern: /cannot resolve references/,
    waitsFor: 'what it refers to',
    // crossplane-runtime v2.3.3, pkg/reference/reference.go
    example:
      'cannot resolve references: mg.Spec.ForProvider.DBSubnetGroupName: referenced field was empty (referenced resource may not yet be ready)',
  },
  {
    pattern: /the object has been modified; please apply your changes/,
    waitsFor: 'the next attempt',
    // https://github.com/crossplane-contrib/provider-upjet-aws/issues/1476
    example:
      'cannot update managed resource: Operation cannot be fulfilled on instances.rds.aws.upbound.io "db": the object has been modified; please apply your changes to the latest version and try again',
  },
  {
    pattern: /cannot determine creation result/,
    says: 'its provider was stopped while it created it; the platform team must see whether it exists, and then take the annotation crossplane.io/external-create-pending off',
    // crossplane-runtime v2.3.3, pkg/reconciler/managed/reconciler.go
    example: 'cannot determine creation result - remove the crossplane.io/external-create-pending annotation if it is safe to proceed',
  },
];
