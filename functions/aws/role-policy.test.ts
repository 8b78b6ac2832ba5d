import { describe, expect, test } from 'vitest';
import { environmentConfig, everything, stepRequest } from '../../test/request.ts';
import { apiVersion } from '../core/group.ts';
import { at, type KubernetesObject, stringAt } from '../core/kubernetes.ts';
import { answered } from '../core/required.ts';
import type { StepResponse } from '../core/step.ts';
import { expand } from '../expand/expand.ts';
import { guard } from '../guard/guard.ts';
import { provenFirst } from '../guard/ownership.ts';
import { roomFor } from './access.ts';

/** A claim of a namespace, with what it composed. */
interface Member {
  readonly claim: KubernetesObject;
  readonly composed: Readonly<Record<string, KubernetesObject>>;
  readonly said?: StepResponse;
}
type Namespace = Readonly<Record<string, Member>>;

/** What a provider says of an object: what it found under a name that is only looked at. */
type Found = (object: KubernetesObject) => object | 'nothing';
const nothing: Found = () => 'nothing';

let born = 0;
const claimOf = (kind: string, name: string, spec: object = {}): Member => ({
  claim: {
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop', uid: `uid-of-${kind}-${name}`, creationTimestamp: new Date(born++ * 1000).toISOString() },
    spec,
  },
  composed: {},
});
const namespaceOf = (...members: readonly Member[]): Namespace =>
  Object.fromEntries(members.map((member) => [`${member.claim.kind} ${member.claim.metadata?.name}`, member]));

const environments = [environmentConfig('prod', { ...everything, tier: 'prod' })];

/** As Crossplane shows a claim: with the references to what it composed. */
function shown({ claim, composed }: Member): KubernetesObject {
  const resourceRefs = Object.values(composed).map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata?.name }));
  return { ...claim, spec: { ...(claim['spec'] as object), crossplane: { resourceRefs } } };
}

function provided(object: KubernetesObject, uid: string | undefined, found: Found): KubernetesObject {
  const isLook = JSON.stringify(at(object, 'spec', 'managementPolicies')) === '["Observe"]';
  const is = isLook ? found(object) : (at(object, 'spec', 'forProvider') ?? {});
  const synced =
    is === 'nothing'
      ? { type: 'Synced', status: 'False', message: 'observe failed: external resource does not exist' }
      : { type: 'Synced', status: 'True' };
  return {
    ...object,
    metadata: { ...object.metadata, namespace: 'shop', ownerReferences: [{ uid, controller: true }] } as never,
    status: { conditions: [{ type: 'Ready', status: 'True' }, synced], atProvider: is === 'nothing' ? {} : is },
  };
}

/** Crossplane and its providers look once at one claim of the namespace. */
function look(namespace: Namespace, id: string, found: Found = nothing): Namespace {
  const member = namespace[id] as Member;
  const { kind, metadata, spec } = member.claim;
  const observed = Object.fromEntries(Object.entries(member.composed).map(([key, object]) => [key, { object, connectionDetails: {} }]));
  const members = Object.values(namespace);
  const objects = members.flatMap(({ composed }) => Object.values(composed));
  const asked = stepRequest({
    kind,
    name: String(metadata?.name),
    spec,
    environment: 'prod',
    environments,
    claims: members.map(shown),
    objects,
    observed,
  });
  const request = { ...asked, claim: { ...asked.claim, metadata: { ...asked.claim.metadata, ...metadata } } };
  const said = expand(request);
  const judged = { ...request, desired: said.desired, desiredStatus: said.status ?? {} };
  const { requires = {} } = guard(judged);
  const informed = { ...judged, required: { ...request.required, ...answered(requires, objects) } };
  const { desired, refusal } = provenFirst(informed, guard(informed));
  if (said.refusal !== undefined || refusal !== undefined)
    return { ...namespace, [id]: { ...member, said: { ...said, ...(refusal && { refusal }) } } };
  const composed = Object.fromEntries(Object.entries(desired).map(([key, { object }]) => [key, provided(object, metadata?.uid, found)]));
  const claim = { ...member.claim, status: { ...said.status } };
  return { ...namespace, [id]: { claim, composed, said } };
}

/** All of them are looked at until nothing changes any more. */
const rest = (namespace: Namespace, found?: Found, rounds = 4): Namespace =>
  Array.from({ length: rounds }).reduce<Namespace>((all) => Object.keys(all).reduce((each, id) => look(each, id, found), all), namespace);

const policyOf = (namespace: Namespace, identity = 'orders') => namespace[`AppIdentity ${identity}`]?.composed['access'];
const statementsOf = (namespace: Namespace, identity?: string) => {
  const text = stringAt(policyOf(namespace, identity), 'spec', 'forProvider', 'policy');
  return text === undefined ? undefined : JSON.parse(text).Statement;
};
const resourcesOf = (namespace: Namespace, identity?: string): readonly string[] =>
  (statementsOf(namespace, identity) ?? []).flatMap(({ Resource }: { readonly Resource: readonly string[] }) => Resource);
const message = (namespace: Namespace, id: string) => namespace[id]?.said?.conditions.find(({ type }) => type === 'Provisioned')?.message;

const without = (namespace: Namespace, id: string): Namespace => Object.fromEntries(Object.entries(namespace).filter(([of]) => of !== id));
function change(namespace: Namespace, id: string, spec: object): Namespace {
  const member = namespace[id] as Member;
  return { ...namespace, [id]: { ...member, claim: { ...member.claim, spec } } };
}

const identity = claimOf('AppIdentity', 'orders');
const receipts = claimOf('AppBucket', 'receipts', { writers: ['orders'] });
const photos = claimOf('AppBucket', 'photos', { writers: ['orders'] });
const jobs = claimOf('AppQueue', 'jobs', { consumers: ['orders'], producers: ['orders'] });

const named = (resources: readonly string[]) => resources.map((resource) => resource.replace(/-[a-z0-9]{16}/, ''));

describe('the policy of a role', () => {
  test('says all that claims of any kind give its account, each action once, and then they are ready', () => {
    const all = rest(namespaceOf(identity, receipts, photos, jobs));
    const statements = statementsOf(all).map((statement: { readonly Resource: readonly string[] }) => ({
      ...statement,
      Resource: named(statement.Resource),
    }));
    const key = everything.aws.kmsKeyArn;
    const keys = (service: string) => ({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: [key],
      Condition: { StringEquals: { 'kms:ViaService': `${service}.eu-west-1.amazonaws.com` } },
    });
    expect(statements).toEqual([
      keys('s3'),
      keys('sqs'),
      {
        Effect: 'Allow',
        Action: [
          's3:AbortMultipartUpload',
          's3:DeleteObject',
          's3:GetObject',
          's3:GetObjectVersion',
          's3:ListMultipartUploadParts',
          's3:PutObject',
        ],
        Resource: ['arn:aws:s3:::prod-shop-photos/*', 'arn:aws:s3:::prod-shop-receipts/*'],
      },
      {
        Effect: 'Allow',
        Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads', 's3:ListBucketVersions'],
        Resource: ['arn:aws:s3:::prod-shop-photos', 'arn:aws:s3:::prod-shop-receipts'],
      },
      {
        Effect: 'Allow',
        Action: [
          'sqs:CancelMessageMoveTask',
          'sqs:ChangeMessageVisibility',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
          'sqs:ListDeadLetterSourceQueues',
          'sqs:ListMessageMoveTasks',
          'sqs:ReceiveMessage',
          'sqs:StartMessageMoveTask',
        ],
        Resource: ['arn:aws:sqs:eu-west-1:111122223333:prod-shop-jobs-dead-letters'],
      },
      {
        Effect: 'Allow',
        Action: [
          'sqs:ChangeMessageVisibility',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
          'sqs:ReceiveMessage',
          'sqs:SendMessage',
        ],
        Resource: ['arn:aws:sqs:eu-west-1:111122223333:prod-shop-jobs'],
      },
    ]);
    expect(message(all, 'AppBucket receipts')).toBe('Everything that the claim needs is ready');
    expect(message(all, 'AppIdentity orders')).toBe('Everything that the claim needs is ready');
    expect(all['AppIdentity orders']?.said?.ttlSeconds).toBe(61);
  });

  test('comes with the first claim that gives something, and goes with the last', () => {
    const alone = rest(namespaceOf(identity));
    expect(Object.keys(alone['AppIdentity orders']?.composed ?? {})).toEqual(['role', 'association']);
    const all = rest({ ...alone, ...namespaceOf(receipts) });
    expect(at(policyOf(all), 'spec', 'managementPolicies')).toEqual(['Observe', 'Create', 'Update', 'LateInitialize', 'Delete']);
    const ended = rest(without(all, 'AppBucket receipts'));
    expect(ended['AppIdentity orders']?.said?.refusal).toBeUndefined();
    expect(policyOf(ended)).toBeUndefined();
  });

  test('loses what an account is taken off, which the claim says until it is gone', () => {
    const all = change(rest(namespaceOf(identity, receipts, photos)), 'AppBucket receipts', {});
    const told = look(all, 'AppBucket receipts');
    expect(message(told, 'AppBucket receipts')).toBe(
      'Everything that the claim needs is ready; ServiceAccount orders still has what spec.writers gave it, until AppIdentity orders takes it away',
    );
    expect(told['AppBucket receipts']?.said?.ttlSeconds).toBe(15);
    const after = rest(told);
    expect(named(resourcesOf(after)).filter((resource) => resource.includes('receipts'))).toEqual([]);
    expect(message(after, 'AppBucket receipts')).toBe('Everything that the claim needs is ready');
  });

  test('keeps what it says of something that is not seen for a moment', () => {
    const all = rest(namespaceOf(identity, receipts));
    const member = all['AppBucket receipts'] as Member;
    const blinked = { ...all, 'AppBucket receipts': { ...member, composed: {} } };
    expect(policyOf(look(blinked, 'AppIdentity orders'))).toEqual(policyOf(all));
  });
});

describe('access to what is not proven to be the claim’s', () => {
  const other = { tags: { 'control-plane': 'shop-eu-1', namespace: 'payroll' } };
  const taken: Found = (object) => (object.kind === 'Bucket' ? other : 'nothing');

  test.each([
    ['a bucket under its name that is another’s', receipts],
    [
      'a bucket of others that it asks to adopt',
      claimOf('AppBucket', 'receipts', { writers: ['orders'], retentionDays: 7, adopt: { bucket: 'payroll' } }),
    ],
  ])('is given to nobody: %s', (_, claim) => {
    const all = rest(namespaceOf(identity, claim), taken);
    expect(at(all['AppBucket receipts']?.composed, 'bucket', 'spec', 'managementPolicies')).toEqual(['Observe']);
    expect(policyOf(all)).toBeUndefined();
  });

  test('is given to nobody of a queue until its dead letters are its own too', () => {
    const all = rest(namespaceOf(identity, jobs), (object) => (object.metadata?.name?.includes('dead-letter') ? other : 'nothing'));
    expect(policyOf(all)).toBeUndefined();
  });

  const made = rest(namespaceOf(identity, receipts));
  const forged = (more: (object: KubernetesObject) => object): Namespace => {
    const member = made['AppBucket receipts'] as Member;
    const bucket = member.composed['bucket'] as KubernetesObject;
    const identityOnly = { ...identity, composed: {} };
    return {
      'AppIdentity orders': identityOnly,
      'AppBucket receipts': { ...member, composed: { ...member.composed, bucket: { ...bucket, ...more(bucket) } } },
    };
  };
  const metadata = (more: object) => (object: KubernetesObject) => ({ metadata: { ...object.metadata, ...more } });

  test.each([
    ['that nobody controls', metadata({ ownerReferences: [] })],
    ['that another controls', metadata({ ownerReferences: [{ uid: 'uid-of-another', controller: true }] })],
    ['that the claim does not control', metadata({ ownerReferences: [{ uid: 'uid-of-AppBucket-receipts', controller: false }] })],
    ['of another name', metadata({ name: 'payroll-bucket-bucket' })],
    ['with another bucket’s name', metadata({ annotations: { 'crossplane.io/external-name': 'payroll' } })],
    ['that goes', metadata({ deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['of another kind', () => ({ kind: 'BucketPolicy' })],
    ['that only looks', (object: KubernetesObject) => ({ spec: { ...(object['spec'] as object), managementPolicies: ['Observe'] } })],
  ])('is given to nobody for an object %s', (_, more) => {
    expect(policyOf(rest(forged(() => ({}))))).toEqual(policyOf(made));
    const first = look(look(forged(more), 'AppIdentity orders'), 'AppIdentity orders');
    expect(policyOf(first)).toBeUndefined();
  });

  test('is not widened by a policy that somebody else wrote under the name of the role’s', () => {
    const written = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::payroll/*'] }],
    };
    const member = made['AppIdentity orders'] as Member;
    const access = member.composed['access'] as KubernetesObject;
    const spec = { ...(access['spec'] as object), forProvider: { policy: JSON.stringify(written) } };
    const changed = { ...made, 'AppIdentity orders': { ...member, composed: { ...member.composed, access: { ...access, spec } } } };
    expect(statementsOf(look(changed, 'AppIdentity orders'))).toEqual(statementsOf(made));
  });

  test('is given by claims of the namespace alone', () => {
    const member = made['AppBucket receipts'] as Member;
    const elsewhere: Member = {
      claim: { ...member.claim, metadata: { ...member.claim.metadata, namespace: 'payroll' } },
      composed: member.composed,
    };
    const all = { 'AppIdentity orders': identity, 'AppBucket receipts': elsewhere };
    expect(policyOf(look(look(all, 'AppIdentity orders'), 'AppIdentity orders'))).toBeUndefined();
  });

  test('is not given by a claim that goes', () => {
    const member = made['AppBucket receipts'] as Member;
    const going = { ...member.claim, metadata: { ...member.claim.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(policyOf(look({ ...made, 'AppBucket receipts': { ...member, claim: going } }, 'AppIdentity orders'))).toBeUndefined();
  });
});

describe('the room in a role', () => {
  test('is enough for dozens of claims, and one that comes too late says so before anything is made', () => {
    const buckets = Array.from({ length: 64 }, (_, index) =>
      claimOf('AppBucket', `${'b'.repeat(37)}-${index + 10}`, { writers: ['orders'] }),
    );
    const [first, late] = [0, 60].map((index) => `AppBucket ${buckets[index]?.claim.metadata?.name}`) as [string, string];
    const all = [first, late, 'AppIdentity orders'].reduce((each, id) => look(each, id), namespaceOf(identity, ...buckets));
    const roomless = buckets
      .slice(60)
      .map(({ claim }) => `the policy of its role has no room for what AppBucket ${claim.metadata?.name} gives it`);
    expect(message(all, 'AppIdentity orders')?.split('; ')).toEqual([
      'PodIdentityAssociation orders-identity-association is being created',
      'Role orders-identity-role is being created',
      ...roomless,
    ]);
    const pending = (id: string) => message(look(look(all, id), id), id);
    expect([pending(first), pending(late)]).toEqual([
      'ServiceAccount orders waits for what spec.writers gives it, which AppIdentity orders adds to its role',
      'ServiceAccount orders waits for room for what spec.writers gives it in its role, of which IAM takes 10240 characters: take orders off lists of claims that it does not need, or let another ServiceAccount have some of them',
    ]);
  });

  const allow = (Action: readonly string[], Resource: string) => ({ Effect: 'Allow' as const, Action, Resource });
  const giver = (name: string, ...statements: readonly ReturnType<typeof allow>[]) => ({
    of: { kind: 'AppThing', metadata: { name } },
    isOwn: true,
    grants: [{ name: 'writers', serviceAccounts: ['orders'], statements }],
  });
  const long = (of: string) => of.repeat(4_900);

  test('is for what there is already, then for one claim after the other, and for each that fits', () => {
    const [a, b, c, d] = ['a', 'b', 'c'].map((of) => giver(of, allow(['do'], long(of)))).concat(giver('d', allow(['do'], 'd')));
    const names = (runs: readonly ReturnType<typeof allow>[]) => {
      const { within, without } = roomFor('orders', [a, b, c, d] as never, runs);
      return [within.map(({ by }) => by), without.map(({ by }) => by)];
    };
    expect(names([])).toEqual([['AppThing a', 'AppThing b', 'AppThing d'], ['AppThing c']]);
    expect(names([allow(['do'], long('c'))])).toEqual([['AppThing c', 'AppThing a', 'AppThing d'], ['AppThing b']]);
  });

  test('is kept by what an account may do already of what there is no room for, and for nothing that it may not', () => {
    const wider = giver('a', allow(['look', long('do')], 'one'), allow([long('undo')], 'one'));
    const runs = [allow(['look', 'else'], 'one'), allow(['look'], 'two')];
    expect(roomFor('orders', [wider] as never, runs)).toEqual({
      within: [],
      without: [{ by: 'AppThing a', isOwn: true, statements: wider.grants[0]?.statements, held: [allow(['look'], 'one')] }],
    });
  });
});
