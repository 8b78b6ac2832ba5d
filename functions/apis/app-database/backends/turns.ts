import type { Composed, Context } from '../../../core/api.ts';
import { bindingKey, issuedValues, secretOf } from '../../../core/binding.ts';
import type { Card } from '../../../core/card.ts';
import { rotationAnnotation } from '../../../core/group.ts';
import { stringAt } from '../../../core/kubernetes.ts';
import { managed } from '../../../core/managed.ts';
import { hashOf, shortHash } from '../../../core/names.ts';
import { isReady } from '../../../core/readiness.ts';
import type { Rotation } from '../../../core/rotation.ts';
import { secret } from '../../../kinds/kubernetes/secret.ts';
import { sqlGrant } from '../../../kinds/sql/grant.ts';
import { sqlRole } from '../../../kinds/sql/role.ts';
import { issuedLogin, issuedPassword } from '../schema.ts';

const turns = ['a', 'b'] as const;
type Turn = (typeof turns)[number];

const keysOf = (turn: Turn) => ({ role: `turn-${turn}`, member: `member-${turn}` });
const passwordPart = 'password-';

/** What `turnsOf` composes. */
export const turnKinds: { readonly [K in 'turn-*' | 'member-*' | `${typeof passwordPart}*`]: Card } = {
  'turn-*': sqlRole,
  'member-*': sqlGrant,
  [`${passwordPart}*`]: secret,
};

interface Login {
  readonly username: string;
  readonly password: string;
}

/** Which rotation a login was given its password by. */
interface Given {
  /** The annotation of the claim that it fulfils. */
  readonly asked: string | undefined;
  readonly turn: number;
  /** What this followed, so that a value that comes back is another rotation. */
  readonly after: string;
}

export interface Turning extends Pick<Context<unknown, unknown>, 'observed' | 'issueSecret'> {
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
  /** A login gets another password, and the binding will follow. */
  readonly isTurning: boolean;
}

const textOf = ({ asked, turn, after }: Given) => [asked === undefined ? '' : shortHash(asked), turn, after].join('.');

function givenBy(text: string | undefined): { readonly asked: string; readonly turn: number; readonly after: string } | undefined {
  const [, asked, turn, after] = /^([0-9a-f]{8})?\.([0-9]{1,9})\.([0-9a-z]+)$/.exec(text ?? '') ?? [];
  return turn === undefined || after === undefined ? undefined : { asked: asked ?? '', turn: Number(turn), after };
}

/**
 * Two logins take turns, as members of the owner of the database, who then logs in no more: the one that is idle gets a password, then the
 * binding names it, and the other goes on with the one that it has until it is its turn again.
 */
export function turnsOf(turning: Turning): Turns {
  const { rotation, nameOf, owner, nameOfTurn, providerConfig, managementPolicies, connectionLimit, observed, issueSecret } = turning;
  const { configurationParameters = [] } = turning;
  const seen = (turn: Turn) => {
    const role = observed[keysOf(turn).role];
    return role && { role, text: stringAt(role.object, 'metadata', 'annotations', rotationAnnotation) ?? '' };
  };
  const idOf = (text: string) => hashOf([text]);

  const passwordKey = (turn: Turn, text: string) => `${passwordPart}${turn}-${shortHash(text)}`;
  const passwordOf = (turn: Turn, text: string) => issuedValues(issuedPassword, observed[passwordKey(turn, text)])?.password;
  /** The login, once provider-sql says that the server has this password of it, and that it is the owner's member. */
  const loginOf = (turn: Turn, text: string): Login | undefined => {
    const { role, member } = keysOf(turn);
    const password = passwordOf(turn, text);
    const isSet = password !== undefined && observed[role]?.connectionDetails['password'] === password;
    return isSet && isReady(sqlRole, observed[role]) && isReady(sqlGrant, observed[member])
      ? { username: nameOfTurn(turn), password }
      : undefined;
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

  const before = active && seen(active)?.text;
  const given = before === undefined ? { asked: '', turn: rotation.firstTurn } : (givenBy(before) ?? { asked: '', turn: rotation.turn });
  const isAsked = rotation.asked !== undefined && shortHash(rotation.asked) !== given.asked;
  const isDue = rotation.turn > given.turn;
  const next = active === 'a' ? 'b' : 'a';
  const nextText = textOf({
    asked: rotation.asked,
    turn: Math.max(rotation.turn, given.turn),
    after: active === undefined ? 'owner' : idOf(before ?? ''),
  });
  const isOwners = active === undefined && (bound !== undefined || there.length === 0);
  // A claim that has no binding yet has a new password anyway, and its first login with it.
  const isTurning = (bound !== undefined || active !== undefined) && (isAsked || isDue);
  const texts = new Map(there.map(({ turn, text }) => [turn, text]));
  if (active !== undefined && before === undefined)
    texts.set(active, textOf({ asked: rotation.asked, turn: rotation.turn, after: 'lost' }));
  if (isTurning) texts.set(next, nextText);
  const reached = isTurning ? loginOf(next, nextText) : undefined;

  const resources = [...texts].flatMap(([turn, text]): readonly (readonly [string, Composed])[] => {
    const keys = keysOf(turn);
    const password = passwordOf(turn, text) ?? (turn === active && bound !== undefined ? bound.password : issueSecret());
    const secretName = nameOf(passwordKey(turn, text));
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
        passwordSecretRef: { name: secretName, key: 'password' },
      },
      connectionSecret: nameOf(keys.role),
    });
    const annotations = { ...role.object.metadata?.annotations, [rotationAnnotation]: text };
    const member = managed({
      card: sqlGrant,
      name: nameOf(keys.member),
      providerConfig,
      managementPolicies,
      forProvider: { role: nameOfTurn(turn), memberOf: owner },
    });
    return [
      [passwordKey(turn, text), secretOf(secretName, { password })],
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
    isTurning: isTurning && reached === undefined,
  };
}
