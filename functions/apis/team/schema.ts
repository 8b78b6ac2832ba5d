import * as z from 'zod';
import { field, type SettingsOf } from '../../core/field.ts';
import { type QuotaSize, quotas } from './quotas.ts';
import { roles } from './roles.ts';

/** What names made for a claim end with. */
export const suffix = 'team';

const label = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const byName = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
const line = z.string().min(1).max(256);

const quota = z
  .enum(Object.keys(quotas) as [QuotaSize, ...QuotaSize[]])
  .default('small')
  .describe('How much may run in the namespace, and how many claims of each kind may be in it.');

const group = z.object({
  name: line.describe('Name of the group, as the cluster knows it of those who log in.'),
  role: z
    .enum(roles)
    .describe(
      'What its people are: a viewer reads; a developer also writes where people write; an owner also reads Secrets and deletes pods where only GitOps writes.',
    ),
});

const environment = z.object({
  name: label.describe('Name of the EnvironmentConfig; the namespace is `<team>-<name>`.'),
  quota,
  budgetMonthlyUSD: z
    .number()
    .min(0)
    .optional()
    .describe(
      'Most that the claims of all namespaces of the team in this environment may cost a month together. No limit where it is left out.',
    ),
});

const extraNamespace = z.object({
  name: label.describe('What the namespace is called after the team: `<team>-<name>`.'),
  environment: label.describe('Which of the environments of the team it is for, whose budget it shares.'),
  quota,
});

export const fields = {
  groups: field(z.array(group).max(20).default([]).meta(byName), {
    text: 'Groups of people, and what each may do in all namespaces of the team.',
    example: [
      { name: 'checkout-developers', role: 'developer' },
      { name: 'checkout-leads', role: 'owner' },
      { name: 'support', role: 'viewer' },
    ],
  }),
  contact: field(
    z.object({
      onCall: line.optional().describe('Where to call somebody at night, such as a URL.'),
      chat: line.optional().describe('Where to ask by day, such as a channel.'),
    }),
    {
      text: 'Whom to ask about what the team runs; annotations on its namespaces.',
      example: { onCall: 'https://pager.example.com/checkout', chat: '#checkout' },
    },
  ),
  environments: field(z.array(environment).max(10).default([]).meta(byName), {
    text: 'Environments that the team has a namespace for. One that has claims cannot be taken out.',
    example: [
      { name: 'dev', budgetMonthlyUSD: 200 },
      { name: 'prod', quota: 'large', budgetMonthlyUSD: 2000 },
    ],
  }),
  extraNamespaces: field(z.array(extraNamespace).max(20).default([]).meta(byName), {
    text: 'Namespaces besides. One that has claims cannot be taken out.',
    example: [{ name: 'jobs', environment: 'dev', quota: 'medium' }],
  }),
  reachableFrom: field(z.array(label).max(20).default([]).meta({ 'x-kubernetes-list-type': 'set' }), {
    text: 'Namespaces from which the pods of the team can be reached, such as those of an ingress controller and of monitoring; besides its own namespace, each is closed to all others.',
    example: ['ingress-nginx'],
  }),
};
export type TeamSettings = SettingsOf<typeof fields>;

const held = z.object({
  name: z.string().describe('Name of the namespace.'),
  environment: z.string().describe('Environment that it is for.'),
});

export const status = z.object({ namespaces: z.array(held).optional().describe('Namespaces of the team.') });
