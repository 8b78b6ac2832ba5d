import * as z from 'zod';
import type { Backend } from '../../../core/api.ts';
import { bindingKind } from '../../../core/binding.ts';
import type { IdentitySettings } from '../schema.ts';
import { account } from './account.ts';

const needs = z.object({});

/** The binding alone: what runs in containers knows its clients by the password in its own binding. */
export const container: Backend<IdentitySettings, z.output<typeof needs>> = {
  needs,
  composes: [bindingKind],
  expand: (context) => account(context, 'container'),
};
