import { expect } from 'vitest';
import { contract } from '../../../test/contract.ts';
import { instanceDetails, roleDetails } from '../../../test/request.ts';
import { appDatabase } from './index.ts';

contract(appDatabase, {
  details: { instance: instanceDetails, role: roleDetails },
  secretKeys: ['password', 'uri'],
  checkBinding({ uri, host, port, username, password, database }) {
    const parsed = new URL(uri ?? '');
    expect([
      parsed.hostname,
      parsed.port,
      decodeURIComponent(parsed.username),
      decodeURIComponent(parsed.password),
      parsed.pathname,
    ]).toEqual([host, port, username, password, `/${database}`]);
  },
});
