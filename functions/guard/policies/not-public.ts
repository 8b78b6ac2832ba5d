import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { writtenAt } from '../../kinds/fields.ts';
import { hasEffect, isForEverybody, isForEveryIdentity, namesWhoAsks, type Statement, statementsOf } from '../../kinds/statements.ts';
import { asking, propertyOf } from '../inspect.ts';

const letsEverybody = (statement: Statement) =>
  hasEffect(statement, 'allow') && ((isForEverybody(statement) && !namesWhoAsks(statement)) || isForEveryIdentity(statement));

export const notPublic: Policy = {
  id: 'not-public',
  severity: 'deny',
  text: 'Nothing that is composed can be reached from the internet or used by everybody.',
  why: 'What everybody can reach is found and attacked within hours, and a bucket that everybody can read is a leak.',
  fix:
    'Set what the table below asks of the kind; name principals in policy documents, or a Condition on who asks, such as aws:SourceArn; let the platform publish what is meant ' +
    'to be public by its own gateway.',
  ...asking(
    ({ privacy }) => privacy,
    // A document that cannot be read allows nobody, and AWS refuses it.
    (object, _, __, card) =>
      (propertyOf(card, ({ access }) => access)?.documents ?? [])
        .filter(({ of }) => of !== 'identity')
        .flatMap(({ path }) => writtenAt(object, path))
        .flatMap(({ path, value }) =>
          (statementsOf(value) ?? []).filter(letsEverybody).map(({ path: statement, element }) => {
            const got = shown(element('principal') ?? { NotPrincipal: element('notprincipal') });
            return `${path}.${statement}.Principal: got ${got}, want named principals, or a Condition on who asks`;
          }),
        ),
  ),
};
