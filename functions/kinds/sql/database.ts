import { defineKind, effectsOn, externalNames, fixedExternalName, inPlace, none } from '../card.ts';
import { isOnOwnServer } from '../fields.ts';
import { outliving } from '../outliving.ts';
import { onServer, sqlKind } from './provider.ts';

export const sqlDatabase = defineKind({
  ...sqlKind('Database', 'databases'),
  ...onServer,
  deletionProtection: none('PostgreSQL has none'),
  finalSnapshot: none('PostgreSQL has none'),
  outliving,
  data: { fixed: [fixedExternalName], growing: [], survives: 'the backups of its server' },
  // https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
  names: externalNames({
    most: 63,
    reserved: { pattern: /^(postgres|rdsadmin|template[01])$/, want: 'another than those that every server has' },
  }),
  price: {
    ids: [],
    items: (object) => (isOnOwnServer(object) ? [] : [{ shared: 'its part of the server that claims share' }]),
  },
  // https://www.postgresql.org/docs/current/sql-alterdatabase.html
  effects: effectsOn({ owner: inPlace(), allowConnections: inPlace(), connectionLimit: inPlace() }),
  failures: [],
});
