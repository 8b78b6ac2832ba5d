import { defineKind, effectsOn, externalNames, fixedExternalName, inPlace, none } from '../card.ts';
import { outliving } from '../outliving.ts';
import { onServer, sqlKind } from './provider.ts';

export const sqlRole = defineKind({
  ...sqlKind('Role', 'roles'),
  ...onServer,
  deletionProtection: none('PostgreSQL has none'),
  finalSnapshot: none('PostgreSQL has none'),
  outliving,
  data: { fixed: [fixedExternalName], growing: [], survives: 'what it owns, for whoever gets that' },
  // https://www.postgresql.org/docs/current/sql-createrole.html and predefined-roles.html
  names: externalNames({ most: 63, reserved: { pattern: /^pg_/, want: 'one that does not begin with pg_, as those of PostgreSQL do' } }),
  price: none('a login, without a charge'),
  // https://www.postgresql.org/docs/current/sql-alterrole.html
  effects: effectsOn({
    privileges: inPlace(),
    connectionLimit: inPlace('no downtime; for new connections'),
    configurationParameters: inPlace('no downtime; for new connections'),
    passwordSecretRef: inPlace('no downtime; for new connections'),
  }),
  failures: [],
});
