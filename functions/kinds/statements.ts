import { at } from '../core/kubernetes.ts';

/** One statement of a policy document of AWS; names of elements are in lower case. */
export interface Statement {
  /** `Statement.0` */
  readonly path: string;
  readonly element: (name: string) => unknown;
}

function lowerCased(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]));
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The statements of a policy document; undefined where it is none, or no JSON. */
export function statementsOf(document: unknown): readonly Statement[] | undefined {
  if (typeof document !== 'string') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(document);
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  const statements = [lowerCased(parsed)['statement'] ?? []].flat();
  if (!statements.every(isObject)) return undefined;
  return statements.map((statement, index) => {
    const elements = lowerCased(statement);
    return { path: `Statement.${index}`, element: (name) => at(elements, name) };
  });
}

/** An element that may be one string or a list of them. */
export function stringsOf(value: unknown): readonly string[] {
  return [value].flat().filter((item) => typeof item === 'string');
}

export function hasEffect({ element }: Statement, effect: 'allow' | 'deny'): boolean {
  const value = element('effect');
  return typeof value === 'string' && value.toLowerCase() === effect;
}

/** Whether a statement is about everybody: `"*"`, `{"AWS": "*"}`, or everybody but some. */
export function isForEverybody({ element }: Statement): boolean {
  const principal = element('principal');
  const principals = isObject(principal) ? Object.values(principal).flatMap(stringsOf) : stringsOf(principal);
  return principals.includes('*') || element('notprincipal') !== undefined;
}

export function conditionsOf({ element }: Statement): Readonly<Record<string, unknown>> {
  const condition = element('condition');
  return isObject(condition) ? lowerCased(condition) : {};
}

/**
 * Keys whose fixed value says who asks, and operators that compare with one. Others, such as aws:SecureTransport, say how they ask.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
const namingKeys = new Set(
  [
    'principalaccount',
    'principalarn',
    'principalorgid',
    'sourceaccount',
    'sourcearn',
    'sourceorgid',
    'sourceowner',
    'sourcevpc',
    'sourcevpce',
    'userid',
  ]
    .map((key) => `aws:${key}`)
    .concat('kms:calleraccount'),
);
const comparing = ['stringequals', 'stringequalsignorecase', 'stringlike', 'arnequals', 'arnlike'];

/**
 * Whether a statement is about whomever a provider of identities vouches for, where often anybody can have an account, with no condition
 * on what it says of them, such as `token.actions.githubusercontent.com:sub`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function isForEveryIdentity(statement: Statement): boolean {
  const principal = statement.element('principal');
  if (!isObject(principal) || stringsOf(lowerCased(principal)['federated']).length === 0) return false;
  const conditions = conditionsOf(statement);
  const saysWho = comparing.some((operator) => {
    const compared = conditions[operator];
    return isObject(compared) && Object.entries(compared).some(([key, value]) => isOfIdentity(key) && saysSomething(value));
  });
  return !saysWho;
}

const isOfIdentity = (key: string) => key.includes(':') && !/^(?:aws|sts):/i.test(key);
const saysSomething = (value: unknown) => stringsOf(value).length > 0 && stringsOf(value).every((each) => /[^*?]/.test(each));

const isFixed = (value: unknown) => typeof value === 'string' && value !== '' && !/[*?]|\$\{/.test(value);

/** Whether a condition of a statement names who may use it, though its principals do not. */
export function namesWhoAsks(statement: Statement): boolean {
  const conditions = conditionsOf(statement);
  return comparing.some((operator) => {
    const compared = conditions[operator];
    return (
      isObject(compared) &&
      Object.entries(compared).some(([key, value]) => {
        const values = [value].flat();
        return namingKeys.has(key.toLowerCase()) && values.length > 0 && values.every(isFixed);
      })
    );
  });
}
