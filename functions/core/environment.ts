import * as z from 'zod';
import { type Facts, factAt, meaningsIn, sectionsOf } from './facts.ts';
import { environmentLabel, kindLabel } from './group.ts';
import { type Hours, hours } from './hours.ts';
import { at, type KubernetesObject } from './kubernetes.ts';
import { problemsOf, shown } from './problem.ts';
import type { Refusal } from './step.ts';
import { protectedTiers, type Tier, tiers, usualWriters, type Writers, writers } from './tier.ts';

const text = z.string().min(1).max(256);

/** What every service of AWS takes in a tag. https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const tagText = z
  .string()
  .min(1)
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, 'want letters, digits, spaces and _ . : / = + - @ only');
const tagKey = tagText.max(128).regex(/^(?!aws:)/i, 'want another beginning than aws:, which AWS keeps for itself');

const areApart = (tags: object) => new Set(Object.keys(tags).map((key) => key.toLowerCase())).size === Object.keys(tags).length;

const tags = z
  .record(tagKey, tagText.max(256))
  // AWS takes 50 on a resource, of which some are ours and Crossplane's.
  .refine((each) => Object.keys(each).length <= 35, 'want at most 35')
  .refine(areApart, 'want keys that differ by more than capitals, which IAM does not tell apart');

/** What the platform itself has to know of an environment. */
const own = {
  tier: z.enum(tiers).describe('Kind of environment; defaults and policies are written per tier.'),
  budget: z
    .strictObject({
      claimMonthlyUSD: z.number().min(0).optional().describe('Most that one claim may cost a month.'),
      namespaceMonthlyUSD: z.number().min(0).optional().describe('Most that the claims of one namespace may cost a month.'),
    })
    .optional()
    .describe('Limits on cost.'),
  tags: tags.optional().describe('Tags on every cloud resource.'),
  hours: hours
    .optional()
    .describe(
      'When claims run that can be stopped and keep their data, and do not say `running` themselves; all the time where it is left out. Refused in tier prod.',
    ),
  writers: z
    .enum(writers)
    .optional()
    .describe(
      'Who changes what is in the namespaces of teams here: `people` of the team and its GitOps, or `gitops` alone, so that people read. Default: gitops in tier prod, people elsewhere.',
    ),
  exceptions: z
    .strictObject({
      permission: z
        .enum(['none', 'required'])
        .describe(
          'What whoever waives a policy, or acknowledges a loss, needs: with `required`, to be let `waive` claims of the namespace.',
        ),
    })
    .optional()
    .describe('What claims are let off.'),
};

export const severities = ['deny', 'warn'] as const;
export type Severity = (typeof severities)[number];

const policySetting = z.strictObject({
  severity: z
    .enum([...severities, 'off'])
    .optional()
    .describe('What breaking the policy does here: refuse, warn, or nothing.'),
  waivable: z.boolean().optional().describe('Whether a claim may be let off by an annotation of its own.'),
});
const allowingSetting = policySetting.extend({
  allow: z.array(text).max(100).optional().describe('Values to allow besides those that the policy allows itself.'),
});
/** Of a policy that no environment can set aside. */
const fixedSetting = allowingSetting.pick({ allow: true });
type PolicySetting = z.output<typeof allowingSetting>;

type Patches = Readonly<Record<string, z.ZodType<Readonly<Record<string, unknown>>>>>;

/** What an EnvironmentConfig can say about parts of the platform that this file does not know. */
interface Extensions {
  /** What the backends of the platform need. */
  readonly facts: readonly Facts[];
  /** By API, the schema of a patch on its profile. */
  readonly patches: Patches;
  /** By API, a patch on those settings that a live claim keeps when their default moves. */
  readonly moves: Patches;
  /** The policies that an environment may set. */
  readonly policies: readonly { readonly id: string; readonly text: string; readonly allows?: string; readonly fixed?: true }[];
  /** What an id in the price list looks like. */
  readonly priceId: z.ZodType<string, string>;
}

/** The names in an EnvironmentConfig's `data` that are the platform's own. */
export const ownSections: readonly string[] = [...Object.keys(own), 'prices', 'policies', 'defaults', 'rollouts'];

/** What EnvironmentConfigs can say, from all that a platform is made of. */
export function environmentSchema({ facts, patches, moves, policies, priceId }: Extensions) {
  const optional = Object.fromEntries(Object.entries(patches).map(([kind, patch]) => [kind, patch.optional()]));
  const settings: Record<string, z.ZodType<PolicySetting | undefined>> = Object.fromEntries(
    policies.map(({ id, text: doc, allows, fixed }) => {
      const schema: z.ZodType<PolicySetting> = fixed ? fixedSetting : allows === undefined ? policySetting : allowingSetting;
      return [id, schema.optional().describe(doc)];
    }),
  );
  const { tier, ...rest } = own;
  const selector = z.strictObject({ matchLabels: z.record(text, text).describe('Labels that those claims have.') });
  const rollouts = Object.fromEntries(
    Object.entries(moves).map(([kind, values]) => {
      const rollout = z.strictObject({
        values: values.describe('By field, the value that they get.'),
        claims: selector.optional().describe('Which live claims; all of them where it is left out.'),
      });
      return [kind, z.array(rollout).max(100).optional()];
    }),
  );
  const known = {
    prices: z
      .record(priceId, z.number().min(0))
      .optional()
      .describe('Prices in USD that replace those of the price list or add to it, by id, such as `rds/db.m7g.large`.'),
    policies: z.strictObject(settings).optional().describe('By policy, how it holds in this environment.'),
    defaults: z.strictObject(optional).optional().describe('Defaults of this environment, by API: a patch on the profile of its tier.'),
    rollouts: z
      .strictObject(rollouts)
      .optional()
      .describe('By API, what live claims are moved to that do not say it themselves; of several that match, the last one counts.'),
  };
  const sections: Readonly<Record<never, never>> = sectionsOf(facts);
  const data = z
    .strictObject({ tier, ...sections, ...rest, ...known })
    .refine((said) => said.hours === undefined || !protectedTiers.includes(said.tier), {
      path: ['hours'],
      error: `want none in tier ${protectedTiers.join(' or ')}, which runs all the time`,
    });
  return { data, facts };
}

interface Rollout {
  readonly values: Readonly<Record<string, unknown>>;
  readonly claims?: { readonly matchLabels: Readonly<Record<string, string>> } | undefined;
}

export interface Environment {
  readonly name: string;
  readonly tier: Tier;
  /** What it says for those who need it, by section. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Where it is, by which prices differ; undefined where nothing says so. */
  readonly region: string | undefined;
  readonly budget: { readonly claimMonthlyUSD?: number | undefined; readonly namespaceMonthlyUSD?: number | undefined };
  /** When what can be stopped runs; undefined where it always does. */
  readonly hours?: Hours | undefined;
  /** On every cloud resource. */
  readonly tags: Readonly<Record<string, string>>;
  /** In USD by price id; only what differs from the price list. */
  readonly prices: Readonly<Record<string, number>>;
  readonly policies: Readonly<Record<string, PolicySetting | undefined>>;
  /** By API, a patch on the profile of the tier. */
  readonly defaults: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  /** By API, what live claims are moved to. */
  readonly rollouts: Readonly<Record<string, readonly Rollout[] | undefined>>;
}

export type EnvironmentSchema = ReturnType<typeof environmentSchema>;
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** Reads an EnvironmentConfig; the problem names the object and each bad field. */
export function parseEnvironment(schema: EnvironmentSchema, object: KubernetesObject): Parsed<Environment> {
  const name = object.metadata?.name ?? '';
  const data = at(object, 'data') ?? {};
  const parsed = schema.data.safeParse(data);
  if (!parsed.success) {
    return { problem: `cannot use EnvironmentConfig ${shown(name)}: ${problemsOf(parsed.error, data, 'data')}` };
  }
  const {
    tier,
    budget = {},
    tags = {},
    writers: _,
    exceptions: __,
    hours: runs,
    prices = {},
    policies = {},
    defaults = {},
    rollouts = {},
    ...facts
  } = parsed.data;
  const region = meaningsIn(schema.facts).find(({ meaning }) => meaning.is === 'region');
  return {
    value: {
      name,
      tier,
      facts,
      region: region && factAt(facts, region.path),
      budget,
      ...(runs !== undefined && { hours: runs }),
      tags,
      prices,
      policies,
      defaults,
      rollouts,
    },
  };
}

const access = z.object({ tier: own.tier, writers: own.writers });

/** Who changes what is in the namespaces of teams in an environment: all that claims which live in none have to know of one. */
export function writersIn(object: KubernetesObject): Parsed<Writers> {
  const data = at(object, 'data') ?? {};
  const parsed = access.safeParse(data);
  if (parsed.success) return { value: parsed.data.writers ?? usualWriters(parsed.data.tier) };
  return { problem: `cannot use EnvironmentConfig ${shown(object.metadata?.name ?? '')}: ${problemsOf(parsed.error, data, 'data')}` };
}

/**
 * The environment that a claim belongs to: named by its Namespace's label, described by the EnvironmentConfig of that name.
 * A refusal says which of the two is at fault and which environments there are.
 */
export function resolveEnvironment(
  schema: EnvironmentSchema,
  namespace: string,
  required: { readonly namespace: readonly KubernetesObject[]; readonly environments: readonly KubernetesObject[] },
): { readonly environment: Environment } | { readonly refusal: Refusal } {
  const candidates = required.environments.filter((object) => at(object, 'metadata', 'labels', kindLabel) === 'environment');
  const names = candidates.map((object) => object.metadata?.name ?? '').sort();
  const choice = names.length === 0 ? 'there are no environments yet: apply an EnvironmentConfig' : `want one of ${names.join(', ')}`;
  const found = required.namespace.find((object) => object.metadata?.name === namespace);
  if (found === undefined) {
    const message = `cannot read namespace ${shown(namespace)}: Crossplane did not return it; run goldenpath doctor`;
    return { refusal: { reason: 'NamespaceUnreadable', message } };
  }
  const name = at(found, 'metadata', 'labels', environmentLabel);
  if (name === undefined) {
    const message = `cannot tell the environment of namespace ${shown(namespace)}: label ${environmentLabel}: missing, ${choice}`;
    return { refusal: { reason: 'NamespaceWithoutEnvironment', message } };
  }
  const object = candidates.find((candidate) => candidate.metadata?.name === name);
  if (object === undefined) {
    const message = `cannot tell the environment of namespace ${shown(namespace)}: label ${environmentLabel}: got ${shown(name)}, ${choice}`;
    return { refusal: { reason: 'EnvironmentNotFound', message } };
  }
  const parsed = parseEnvironment(schema, object);
  if ('problem' in parsed) {
    const others = names.filter((other) => other !== name);
    const message = `${parsed.problem}; namespace ${shown(namespace)} belongs to it${others.length === 0 ? '' : `; other environments: ${others.join(', ')}`}`;
    return { refusal: { reason: 'EnvironmentInvalid', message } };
  }
  return { environment: parsed.value };
}
