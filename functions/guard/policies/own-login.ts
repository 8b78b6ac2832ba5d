import type { Policy } from '../../core/pipeline.ts';
import { asking } from '../inspect.ts';

export const ownLogin: Policy = {
  id: 'own-login',
  severity: 'warn',
  text: 'Apps log in to a database as nobody who administers its server.',
  why: 'Whoever breaks into an app that logs in as the administrator makes logins, reads what other logins own and turns auditing off.',
  fix:
    'Have the platform team say `data.aws.providerSqlTls` in the environment, once provider-sql reaches its databases: it is for databases that are ' +
    'made from then on. One that is there keeps its login; make a new claim and move the data.',
  ...asking(({ logins = [] }) => logins),
};
