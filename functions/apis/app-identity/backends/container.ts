import type { Backend } from '../../../core/api.ts';
import { needsOf } from '../../../core/facts.ts';
import type { IdentitySettings } from '../schema.ts';
import { account, type Required } from './account.ts';

/** Nothing at all: what runs in containers knows its clients by the password in its own binding. */
export const container: Backend<IdentitySettings, unknown, Required, never> = {
  needs: needsOf(),
  composes: {},
  expand: account,
};
