import type { Documents } from '../../core/card.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { writtenAt } from '../../kinds/fields.ts';
import { hasEffect, isForEverybody, type Statement, statementsOf, stringsOf } from '../../kinds/statements.ts';
import { each, propertyOf } from '../inspect.ts';

const everyAction = /^([^:]+:)?[*?]+$/;
const everyResource = /^(arn:[^:]*:[^:]*:[^:]*:[^:]*:)?[*?]+$/;

/** What is wrong with a statement that grants something; undefined where it is fine. */
function grant({ element }: Statement): string | undefined {
  const negated = ['NotAction', 'NotResource'].find((name) => element(name.toLowerCase()) !== undefined);
  if (negated !== undefined) return `got Allow with ${negated}, want what is allowed named`;
  const action = stringsOf(element('action')).find((value) => everyAction.test(value));
  const resource = stringsOf(element('resource')).find((value) => everyResource.test(value));
  if (action === undefined || resource === undefined) return undefined;
  return `got Allow ${shown(action)} on ${shown(resource)}, want the actions and the resources that the app needs`;
}

function trust(statement: Statement): string | undefined {
  return isForEverybody(statement) ? 'got Allow to everybody, want named principals' : undefined;
}

/** What is asked of each sort of document; a policy of a key is about that key alone, whatever it says. */
const problemOf: Readonly<Record<Documents['documents'][number]['of'], (statement: Statement) => string | undefined>> = {
  identity: grant,
  resource: grant,
  trust,
  key: () => undefined,
};

const tooMuch = /:aws:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;
const none: Documents = { documents: [], attached: [] };
const isTooMuch = (arn: unknown) => typeof arn === 'string' && tooMuch.test(arn);

export const iamLeastPrivilege: Policy = {
  id: 'iam-least-privilege',
  severity: 'deny',
  text: 'IAM policies grant named actions on named resources, to named principals.',
  why: 'Whoever breaks into one app would own everything in the AWS account, other apps and the backups included.',
  fix:
    'List the actions that the app calls, such as `s3:GetObject`, and the ARNs that it calls them on; write Action and Resource and not ' +
    'NotAction or NotResource; let a role be assumed by named principals only.',
  check: each((object, _, __, card) => {
    const { documents, attached } = propertyOf(card, ({ access }) => access) ?? none;
    return [
      ...documents.flatMap(({ path, of }) =>
        writtenAt(object, path).flatMap((found) => {
          const statements = statementsOf(found.value);
          if (statements === undefined) return [`${found.path}: got ${shown(found.value)}, want a policy document in JSON`];
          return statements.flatMap((statement) => {
            const problem = hasEffect(statement, 'allow') ? problemOf[of](statement) : undefined;
            return problem === undefined ? [] : [`${found.path}.${statement.path}: ${problem}`];
          });
        }),
      ),
      ...attached
        .flatMap((path) => writtenAt(object, path))
        .filter(({ value }) => isTooMuch(value))
        .map(({ path, value }) => `${path}: got ${shown(value)}, want a policy with what the app needs`),
    ];
  }),
};
