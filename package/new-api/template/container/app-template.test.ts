import { expect } from 'vitest';
import { contract } from '../../../../test/contract.ts';
import { appTemplate } from './index.ts';

contract(appTemplate, {
  secretKeys: ['password', 'uri'],
  checkBinding({ uri, host, port, password }) {
    const url = new URL(uri ?? '');
    expect([url.hostname, url.port, url.password]).toEqual([host, port, password]);
  },
});
