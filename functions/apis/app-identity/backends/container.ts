import * as z from 'zod';
import type { Backend } from '../../../core/api.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import type { IdentitySettings } from '../schema.ts';
import { account } from './account.ts';

const needs = z.object({});

/** The binding alone: what runs in containers knows its clients by the password in its own binding. */
export const container: Backend<IdentitySettings, z.output<typeof needs>> = {
  needs,
  composes: [secret],
  expand: (context) => account(context, 'container'),
};
