import { ZodEnum } from 'zod';
import type { Api, ClaimPolicy } from '../../../functions/core/api.ts';
import { holdsData } from '../../../functions/core/card.ts';
import { wanted } from '../../../functions/core/claim.ts';
import { ownerLabel } from '../../../functions/core/group.ts';
import { at, type KubernetesObject, numberAt, stringAt } from '../../../functions/core/kubernetes.ts';
import type { Platform, Policy, StepRequest } from '../../../functions/core/pipeline.ts';
import { oneLine, shown } from '../../../functions/core/problem.ts';
import type { Proof } from '../../../functions/core/proofs.ts';
import { conditionOf, isLook } from '../../../functions/core/readiness.ts';
import { usage } from '../../../functions/kinds/crossplane/usage.ts';
import type { Composed, Own } from '../../composed.ts';
import { age } from '../../conditions.ts';

/** The best last; each asks for what those before it ask for too. */
export const levels = ['Bronze', 'Silver', 'Gold'] as const;
export type Level = (typeof levels)[number];

/** What a claim is of. */
interface Of {
  readonly platform: Platform;
  readonly api: Api;
  readonly backend: Api['backends'][string];
}

/** What is read of a claim. */
export interface Seen extends Of, Composed {
  readonly claim: KubernetesObject;
  readonly owner: { /** Undefined where nobody is said. */ readonly name: string | undefined } | { readonly notRead: string };
  readonly now: Date;
}

/** What a claim has of what a rule asks for. */
export type Verdict =
  /** `value` is what it has, where that is more than yes. */
  | { readonly state: 'met'; readonly value?: string }
  | { readonly state: 'missing'; readonly why: string; readonly fix: string }
  /** What would tell cannot be read, so that it counts as missing. */
  | { readonly state: 'unknown'; readonly why: string; readonly fix: string }
  /** Nothing of it is asked for, as its backend is. */
  | { readonly state: 'none'; readonly why: string };

export interface Rule {
  /** Of its column too. */
  readonly id: string;
  readonly level: Level;
  /** What it asks for, for a person. */
  readonly text: string;
  /** Undefined where it asks for something of claims of an API on a backend, and otherwise why it does not. */
  whyNot(of: Of): string | undefined;
  judge(seen: Seen): Verdict;
}

const met = (value?: string): Verdict => ({ state: 'met', ...(value !== undefined && { value }) });
const missing = (why: string, fix: string): Verdict => ({ state: 'missing', why, fix });
const none = (why: string): Verdict => ({ state: 'none', why });

const inForce = ({ claim }: Pick<Seen, 'claim'>, field: string) => at(claim, 'status', 'settings', field);
const anchorOf = ({ backend, own }: Seen): Own | undefined => own.find(({ key, object }) => key === backend.anchor && !isLook(object));

export const lookAgain = 'see goldenpath status of it, as a user who may read what it composed';

/** Why nothing can be told of what a claim composed; undefined where something can. `matters` are the kinds that would tell. */
function untold(seen: Seen, matters: (card: Own['card']) => boolean): Verdict | undefined {
  const { backend, others } = seen;
  const anchor = backend.composes[backend.anchor ?? ''];
  const unread = others.find(({ card }) => matters(card) || (card !== undefined && card === anchor));
  if (unread !== undefined) return { state: 'unknown', why: `${unread.object}: ${unread.message}`, fix: lookAgain };
  return anchorOf(seen) === undefined ? missing('what it is about is not there yet', lookAgain) : undefined;
}

const asked = ({ asks }: Policy, card: Own['card']): boolean => card !== undefined && asks !== undefined && !('none' in asks(card));

const policyOf = ({ policies }: Platform, id: string): Policy | undefined => policies.find((policy) => policy.id === id);

/** What a claim's own fields are to be for a policy, and are not: as they are in force, or else as what it composed has them. */
function lacking(seen: Seen, rules: readonly ClaimPolicy[]): { readonly judged: number; readonly unmet: readonly string[] } {
  const values = rules.flatMap((rule) => {
    const composed = seen.own.flatMap(({ object }) => numberAt(object, 'spec', rule.field) ?? []);
    const value = inForce(seen, rule.field) ?? (composed.length === 0 ? undefined : Math.max(...composed));
    return value === undefined ? [] : [{ rule, value }];
  });
  const unmet = values.filter(({ rule, value }) => ('atLeast' in rule ? !(Number(value) >= rule.atLeast) : value !== rule.equals));
  return {
    judged: values.length,
    unmet: unmet.map(({ rule, value }) => `${rule.field} is ${shown(value)}, want ${wanted(rule)}`),
  };
}

/** What a claim composed is held to what the guard asks of it in prod, wherever it is, and whatever its author gave up. */
function heldTo(policy: Policy, seen: Seen): { readonly judged: number; readonly unmet: readonly string[] } {
  const { platform, claim, own } = seen;
  const request: StepRequest = {
    platform,
    claim: { ...claim, spec: {} },
    observed: {},
    desired: {},
    desiredStatus: {},
    required: {},
    now: undefined,
    issueSecret: () => '',
  };
  const resources = Object.fromEntries(own.map(({ key, object }) => [key, object]));
  const judged = own.filter(({ object, card }) => asked(policy, card) && !isLook(object)).length;
  return { judged, unmet: policy.check(resources, { request, environment: undefined, allowed: [] }) };
}

/** Undefined where a backend composes what a policy asks something of, and otherwise why what a claim is about does not have it. */
function cannotHave(id: string, { backend, platform }: Of): string | undefined {
  const policy = policyOf(platform, id);
  if (policy !== undefined && Object.values(backend.composes).some((card) => asked(policy, card))) return undefined;
  const anchor = backend.composes[backend.anchor ?? ''];
  const reason = anchor && policy?.asks?.(anchor);
  return reason !== undefined && 'none' in reason ? reason.none : 'no policy asks for it';
}

/** Whether a claim has what a policy asks for. */
function byPolicy(id: string, seen: Seen): Verdict {
  const policy = policyOf(seen.platform, id);
  const never = cannotHave(id, seen);
  if (policy === undefined || never !== undefined) return none(never ?? '');
  const unclear = untold(seen, (card) => asked(policy, card));
  if (unclear !== undefined) return unclear;
  const rules = seen.api.claimPolicies.filter((rule) => rule.policy === id);
  const [said, composed] = [lacking(seen, rules), heldTo(policy, seen)];
  const unmet = [...said.unmet, ...composed.unmet];
  if (unmet.length === 0) return said.judged + composed.judged > 0 ? met() : none('nothing of it runs all the time');
  const fix = rules.map((rule) => `spec.${rule.field} ${wanted(rule)}`).join(' and ');
  return missing(oneLine(unmet.join('; ')), fix === '' ? 'have the platform team look at its backend' : `say ${fix}`);
}

/** Which part of the spec has a claim say that it can be brought back from something. */
const provenBy = ({ fields }: Api, type: Proof['type']): string | undefined =>
  Object.values(fields).flatMap(({ proves }) => proves?.[type] ?? [])[0];

/** What a claim says of itself that it can be brought back from. */
function byProof(type: Proof['type'], seen: Seen, path: string, value?: string): Verdict {
  const condition = conditionOf(seen.claim, type);
  if (condition?.status === 'True') return met(value);
  const say = `say spec.${path}`;
  if (condition === undefined || condition.reason === 'NotAsked') return missing(`it says no spec.${path}`, say);
  return missing(oneLine(String(condition.message)), 'do what its condition says');
}

/** Whether some object keeps data, itself or in volumes that it makes. */
const keepsData = ({ object, card }: Own) =>
  !isLook(object) && ((card !== undefined && holdsData(card)) || at(object, 'spec', 'volumeClaimTemplates', '0') !== undefined);

const protectsItself = ({ claim }: Seen, { object, card }: Own) =>
  card === usage &&
  at(object, 'spec', 'of', 'kind') === claim.kind &&
  at(object, 'spec', 'of', 'resourceRef', 'name') === claim.metadata?.name;

const versionsOf = ({ fields }: Api): readonly string[] => {
  const schema = fields['version']?.schema;
  return schema instanceof ZodEnum ? schema.options.map(String) : [];
};

/** What is asked of data and of apps, in the order of the columns. */
const ofItself: readonly Rule[] = [
  {
    id: 'version',
    level: 'Bronze',
    text: 'It runs a version that new claims can say too.',
    whyNot: ({ api }) => (versionsOf(api).length > 0 ? undefined : 'its claims say none'),
    judge(seen) {
      const [known, version] = [versionsOf(seen.api), inForce(seen, 'version')];
      if (version === undefined) return missing('it does not say what it runs', lookAgain);
      return known.includes(String(version))
        ? met(String(version))
        : missing(`version is ${shown(version)}, want one of ${known.join(', ')}`, `say spec.version ${known.at(-1)}`);
    },
  },
  {
    id: 'backup',
    level: 'Silver',
    text: 'It is backed up: as the policy backed-up asks of its backend, or by dumps of which the condition BackedUp says that they are made.',
    whyNot: (of) => (provenBy(of.api, 'BackedUp') === undefined ? cannotHave('backed-up', of) : undefined),
    judge(seen) {
      const path = provenBy(seen.api, 'BackedUp');
      const own = byPolicy('backed-up', seen);
      if (path === undefined) return own;
      const dumps = byProof('BackedUp', seen, path);
      if (dumps.state === 'met' || own.state === 'none' || conditionOf(seen.claim, 'BackedUp')?.status === 'False') return dumps;
      return own;
    },
  },
  {
    id: 'keep',
    level: 'Silver',
    text: 'What holds its data cannot be deleted by mistake: `deletion` is Protect, which a Usage and, where there is one, the protection of the cloud enforce.',
    whyNot: ({ api }) => (api.fields['deletion'] === undefined ? 'deleting it deletes no data' : undefined),
    judge(seen) {
      const unclear = untold(seen, (card) => card === usage || (card !== undefined && holdsData(card)));
      if (unclear !== undefined) return unclear;
      if (!seen.own.some(keepsData)) return none('it keeps no data');
      const cloud = byPolicy('deletion-protected', seen);
      if (cloud.state === 'unknown') return cloud;
      if (cloud.state !== 'missing' && seen.own.some((each) => protectsItself(seen, each))) return met();
      const deletion = inForce(seen, 'deletion');
      if (deletion !== 'Protect') return missing(`deletion is ${shown(deletion)}, want "Protect"`, 'say spec.deletion Protect');
      return cloud.state === 'missing' ? cloud : missing('no Usage protects the claim yet', lookAgain);
    },
  },
  {
    id: 'restore',
    level: 'Gold',
    text: 'A backup was restored, and what came of it held: the condition RestoreProven says so, and its age is that of the last drill.',
    whyNot: ({ api }) => (provenBy(api, 'RestoreProven') === undefined ? 'its claims cannot prove it' : undefined),
    judge(seen) {
      const passed = Date.parse(stringAt(seen.claim, 'status', 'drill', 'lastPassed') ?? '');
      const path = provenBy(seen.api, 'RestoreProven') ?? '';
      return byProof('RestoreProven', seen, path, Number.isNaN(passed) ? undefined : age(seen.now.getTime() - passed));
    },
  },
  {
    id: 'standby',
    level: 'Gold',
    text: 'Something takes over when one of it fails, as the policy multi-az asks of its backend.',
    whyNot: (of) => cannotHave('multi-az', of),
    judge: (seen) => byPolicy('multi-az', seen),
  },
  {
    id: 'alarms',
    level: 'Gold',
    text: 'Somebody is told when something is wrong with it.',
    whyNot: ({ backend }) => (Object.values(backend.composes).some(({ tells }) => tells) ? undefined : 'its backend has none'),
    judge(seen) {
      const unclear = untold(seen, (card) => card?.tells === true);
      if (unclear !== undefined) return unclear;
      return seen.own.some(({ card }) => card?.tells)
        ? met()
        : missing('it composes neither alarm nor alert', 'have the platform team say in the environment who is told');
    },
  },
];

/** All that is asked for. */
export const rules: readonly Rule[] = [
  {
    id: 'owner',
    level: 'Bronze',
    text: 'Somebody is said to answer for it: by the label of its namespace, or by the tags of its environment.',
    whyNot: () => undefined,
    judge({ owner }) {
      if ('notRead' in owner)
        return { state: 'unknown', why: `this user may not read ${owner.notRead}`, fix: 'run this as a user who may' };
      return owner.name === undefined
        ? missing('nobody is said to answer for it', `have the platform team set the label ${ownerLabel} on the namespace`)
        : met(owner.name);
    },
  },
  ...ofItself,
];

/** What a claim has of what a rule asks for. */
export function judged(rule: Rule, seen: Seen): Verdict {
  const why = rule.whyNot(seen);
  return why === undefined ? rule.judge(seen) : none(why);
}

/** The best level of which, and of all before it, nothing is missing. */
export function levelOf(judged: readonly { readonly level: Level; readonly state: Verdict['state'] }[]): Level | null {
  const broken = levels.findIndex((level) => judged.some((each) => each.level === level && !['met', 'none'].includes(each.state)));
  return levels[(broken === -1 ? levels.length : broken) - 1] ?? null;
}

/** Whether an API is one of data or of apps. */
export const isScored = (api: Api, platform: Platform): boolean =>
  api.place === 'environment' &&
  Object.values(api.backends).some((backend) => ofItself.some((rule) => rule.whyNot({ platform, api, backend }) === undefined));
