import { contract } from 'golden-path-platform/testing';
import { expect } from 'vitest';
import { platform } from '../../platform.ts';
import { appTopic } from './index.ts';

contract(
  appTopic,
  {
    secretKeys: ['password', 'uri'],
    checkBinding({ uri, host, port, username, password }) {
      const { protocol, hostname, port: at, username: user, password: encoded } = new URL(uri ?? '');
      expect([protocol, hostname, at, user, decodeURIComponent(encoded)]).toEqual(['nats:', host, port, username, password]);
    },
  },
  { platform, golden: new URL('../../golden/', import.meta.url) },
);
