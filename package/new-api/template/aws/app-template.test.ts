import { expect } from 'vitest';
import { contract } from '../../../../test/contract.ts';
import { appTemplate } from './index.ts';

contract(appTemplate, {
  checkBinding({ config, region }) {
    expect(config).toContain(`\nregion = ${region}\n`);
  },
});
