import type { Composed, Context, Expansion } from '../../../core/api.ts';
import { bindingKey, issuedValues } from '../../../core/binding.ts';
import type { Card } from '../../../core/card.ts';
import { applyNowAnnotation, inUseSinceAnnotation, rotateAnnotation, rotationAnnotation } from '../../../core/group.ts';
import { type KubernetesObject, stringAt } from '../../../core/kubernetes.ts';
import { managed } from '../../../core/managed.ts';
import { hashOf, shortHash } from '../../../core/names.ts';
import { isReady } from '../../../core/readiness.ts';
import { givenBy, type Rotation, textOf } from '../../../core/rotation.ts';
import { sqlGrant } from '../../../kinds/sql/grant.ts';
import { sqlRole } from '../../../kinds/sql/role.ts';
import { issuedLogin } from '../schema.ts';

const turns = ['a', 'b'] as const;
type Turn = (typeof turns)[number];

const keysOf = (turn: Turn) => ({ role: `turn-${turn}`, member: `member-${turn}` });

/** What `turnsOf` composes. */
export const turnKinds: { readonly [K in 'turn-*' | 'member-*']: Card } = { 'turn-*': sqlRole, 'member-*': sqlGrant };

interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Turning extends Pick<Context<unknown, unknown>, 'observed'> {
  readonly rotation: Rotation;
  readonly nameOf: (part?: string) => string;
  /** What owns the database, as its server calls it; apps log in as this until the first rotation. */
  readonly owner: string;
  /** What the logins are called there. */
  readonly nameOfTurn: (turn: string) => string;
  readonly providerConfig: { readonly kind: 'ClusterProviderConfig' | 'ProviderConfig'; readonly name: string };
  readonly managementPolicies: readonly string[];
  readonly connectionLimit?: number;
  readonly configurationParameters?: readonly { readonly name: string; readonly value: string }[];
}

interface Turns {
  readonly resources: Readonly<Record<string, Composed>>;
  /** Of whose turn it is, of the two. */
  readonly login: Login | undefined;
  /** Whether apps log in as the owner. */
  readonly isOwners: boolean;
  /** Whether nobody logs in as the owner any more. */
  readonly isOwnerRetired: boolean;
  /** What there is to say of the turns, for the claim. */
  readonly said: Saying;
}

/** A login that gets another password, and that the binding will name, is awaited; one that waits for its turn is remarked. */
export type Saying = Required<Pick<Expansion, 'awaiting' | 'remarks' | 'secondsUntil'>>;

/**
 * The Secret that provider-sql writes a password to. The first time that a role gets another one, the provider makes that because its
 * Secret is not there; from then on because of a time after that of the last change.
 */
const secretPart = (key: string, times: number | undefined) => (times === 0 ? key : `${key}-${times === undefined ? 'lost' : 'again'}`);

const triggerPath = ['spec', 'forProvider', 'passwordRotationTrigger'];

/** A time after the last change of a role's password; undefined where there was none. */
function nextTrigger(role: KubernetesObject | undefined): string | undefined {
  const last = Date.parse(stringAt(role, 'status', 'atProvider', 'lastPasswordChange') ?? '');
  return Number.isNaN(last) ? undefined : new Date(last + 1000).toISOString();
}

/** What a claim says of a login that comes once apps have had the time to go over to the one of now. */
const waitingFor = (until: string, isAsked: boolean) =>
  [
    `another login comes at ${until}, so that apps have the time to go over to the one of now`,
    ...(isAsked
      ? [
          `with the value of ${rotateAnnotation} in ${applyNowAnnotation} too it comes at once, and fails the connections of those that have not`,
        ]
      : []),
  ].join('; ');

/**
 * Two logins take turns, as members of the owner of the database, who then logs in no more: the one that is idle gets a password, then the
 * binding names it, and the other goes on with the one that it has until it is its turn again.
 */
export function turnsOf(turning: Turning): Turns {
  const { rotation, nameOf, owner, nameOfTurn, providerConfig, managementPolicies, connectionLimit, observed } = turning;
  const { configurationParameters = [] } = turning;
  const seen = (turn: Turn) => {
    const role = observed[keysOf(turn).role];
    const said = (annotation: string) => stringAt(role?.object, 'metadata', 'annotations', annotation);
    return role && { role, text: said(rotationAnnotation) ?? '', since: said(inUseSinceAnnotation) };
  };
  const idOf = (text: string) => hashOf([text]);
  const secretOf = (turn: Turn, text: string) => nameOf(secretPart(keysOf(turn).role, givenBy(text)?.times));

  /** The login, once provider-sql says that the server has its password of this rotation, and that it is the owner's member. */
  const loginOf = (turn: Turn, text: string): Login | undefined => {
    const found = seen(turn);
    const object = found?.role.object;
    const password = found?.role.connectionDetails['password'];
    const changed = Date.parse(stringAt(object, 'status', 'atProvider', 'lastPasswordChange') ?? '');
    const trigger = stringAt(object, ...triggerPath);
    const isSet =
      found?.text === text &&
      stringAt(object, 'spec', 'writeConnectionSecretToRef', 'name') === secretOf(turn, text) &&
      (trigger === undefined || changed >= Date.parse(trigger));
    const works = isSet && isReady(sqlRole, found?.role) && isReady(sqlGrant, observed[keysOf(turn).member]);
    return works && password ? { username: nameOfTurn(turn), password } : undefined;
  };

  const there = turns.flatMap((turn) => {
    const found = seen(turn);
    return found === undefined ? [] : [{ turn, text: found.text }];
  });
  const issued = issuedValues(issuedLogin, observed[bindingKey]);
  // Whoever may write Secrets may have written another name there.
  const isKnown = there.length === 0 || [owner, ...turns.map(nameOfTurn)].includes(issued?.username ?? '');
  const bound = isKnown ? issued : undefined;
  // Where the binding cannot be read, it is the later of the two that can be used.
  const later = there.find(({ text }) => there.some((other) => givenBy(text)?.after === idOf(other.text))) ?? there[0];
  const earlier = there.find((each) => each !== later);
  const usable = [later, earlier].find((each) => each !== undefined && loginOf(each.turn, each.text) !== undefined)?.turn;
  const active = bound === undefined ? usable : turns.find((turn) => nameOfTurn(turn) === bound.username);

  const { text: before, since = rotation.now } = (active && seen(active)) ?? {};
  const given = before === undefined ? { asked: '', day: rotation.madeDay } : (givenBy(before) ?? { asked: '', day: rotation.today });
  const isAsked = rotation.asked !== undefined && shortHash(rotation.asked) !== given.asked;
  const next = active === 'a' ? 'b' : 'a';
  const idle = seen(next);
  const wanted = {
    asked: rotation.asked,
    day: Math.max(rotation.today, given.day),
    after: active === undefined ? 'owner' : idOf(before ?? ''),
  };
  const times = idle === undefined ? 0 : (givenBy(idle.text)?.times ?? 0) + 1;
  // One that is under way goes on as of the day on which it began; one that has its password ends, whatever was asked for since, as the
  // binding may name it by now.
  const begun = givenBy(idle?.text);
  const hasBegun = idle !== undefined && begun?.after === wanted.after;
  const isUnderWay =
    hasBegun && (idle.text === textOf({ ...wanted, day: begun.day, times: begun.times }) || loginOf(next, idle.text) !== undefined);
  const nextText = isUnderWay ? idle.text : textOf({ ...wanted, times });
  const isOwners = active === undefined && (bound !== undefined || there.length === 0);
  // A claim that has no binding yet has a new password anyway, and its first login with it.
  const isWanted = (bound !== undefined || active !== undefined) && (isAsked || rotation.isDue(given.day));
  // Whoever has not gone over from the owner keeps it through the first turn; who had the idle one of a turn that began has lost it.
  const overlap = isWanted && active !== undefined && !hasBegun ? rotation.overlapFrom(since) : undefined;
  const isTurning = isWanted && (overlap === undefined || (isAsked && rotation.isUrgent));
  const texts = new Map(there.map(({ turn, text }) => [turn, text]));
  if (active !== undefined && before === undefined) {
    texts.set(active, textOf({ asked: rotation.asked, day: rotation.today, after: 'lost', times: undefined }));
  }
  if (isTurning) texts.set(next, nextText);
  const reached = isTurning ? loginOf(next, nextText) : undefined;

  const resources = [...texts].flatMap(([turn, text]): readonly (readonly [string, Composed])[] => {
    const keys = keysOf(turn);
    const found = seen(turn);
    const trigger = found?.text === text ? stringAt(found.role.object, ...triggerPath) : nextTrigger(found?.role.object);
    const role = managed({
      card: sqlRole,
      name: nameOf(keys.role),
      externalName: nameOfTurn(turn),
      providerConfig,
      managementPolicies,
      forProvider: {
        privileges: { login: true },
        ...(connectionLimit !== undefined && { connectionLimit }),
        // What it makes is the owner's, and so of whoever has the next turn.
        configurationParameters: [{ name: 'role', value: owner }, ...configurationParameters],
        ...(trigger !== undefined && { passwordRotationTrigger: trigger }),
      },
      connectionSecret: secretOf(turn, text),
    });
    const inUseSince = found?.text === text && found.since !== undefined ? found.since : turn === active ? rotation.now : undefined;
    const annotations = {
      ...role.object.metadata?.annotations,
      [rotationAnnotation]: text,
      ...(inUseSince !== undefined && { [inUseSinceAnnotation]: inUseSince }),
    };
    const member = managed({
      card: sqlGrant,
      name: nameOf(keys.member),
      providerConfig,
      managementPolicies,
      forProvider: { role: nameOfTurn(turn), memberOf: owner },
    });
    return [
      [keys.role, { object: { ...role.object, metadata: { ...role.object.metadata, annotations } } }],
      [keys.member, member],
    ];
  });
  const current = active === undefined ? undefined : (loginOf(active, before ?? '') ?? bound);
  return {
    resources: Object.fromEntries(resources),
    login: reached ?? current,
    isOwners: isOwners && reached === undefined,
    // The first of the two may still be what apps have from before.
    isOwnerRetired: there.length === turns.length,
    said: {
      awaiting: isTurning && reached === undefined,
      remarks: isTurning || overlap === undefined ? [] : [waitingFor(overlap.until, isAsked)],
      secondsUntil: isTurning ? undefined : overlap?.secondsUntil,
    },
  };
}
