import { groupKind } from '../../core/kubernetes.ts';
import type { Policy } from '../../core/pipeline.ts';
import { shown } from '../../core/problem.ts';
import { each, fields, hasEffect, isForEverybody, kinds, type Statement, statementsOf, stringsOf, writtenAt } from '../inspect.ts';

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

interface Document {
  readonly path: string;
  readonly problemOf: (statement: Statement) => string | undefined;
}

const granting: Document = { path: 'spec.forProvider.policy', problemOf: grant };

/** Where each kind has policy documents, and what is asked of them. */
const documents: Readonly<Record<string, readonly Document[]>> = {
  [kinds.policy]: [granting],
  [kinds.rolePolicy]: [granting],
  [kinds.bucketPolicy]: [granting],
  [kinds.queuePolicy]: [granting],
  [kinds.queue]: [granting],
  [kinds.topic]: [granting],
  [kinds.role]: [
    { path: 'spec.forProvider.inlinePolicy.*.policy', problemOf: grant },
    { path: 'spec.forProvider.assumeRolePolicy', problemOf: trust },
  ],
};

const tooMuch = /:aws:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;
const isModest = (arn: unknown) => typeof arn !== 'string' || !tooMuch.test(arn);
const modest = { want: 'a policy with what the app needs', holds: isModest, optional: true } as const;

export const iamLeastPrivilege: Policy = {
  id: 'iam-least-privilege',
  severity: 'deny',
  text: 'IAM policies grant named actions on named resources, to named principals.',
  why: 'Whoever breaks into one app would own everything in the AWS account, other apps and the backups included.',
  fix:
    'List the actions that the app calls, such as `s3:GetObject`, and the ARNs that it calls them on; write Action and Resource and not ' +
    'NotAction or NotResource; let a role be assumed by named principals only.',
  check: each(
    (object) =>
      (documents[groupKind(object)] ?? []).flatMap(({ path, problemOf }) =>
        writtenAt(object, path).flatMap((found) => {
          const statements = statementsOf(found.value);
          if (statements === undefined) return [`${found.path}: got ${shown(found.value)}, want a policy document in JSON`];
          return statements.flatMap((statement) => {
            const problem = hasEffect(statement, 'allow') ? problemOf(statement) : undefined;
            return problem === undefined ? [] : [`${found.path}.${statement.path}: ${problem}`];
          });
        }),
      ),
    fields([
      { kinds: ['iam.aws.m.upbound.io RolePolicyAttachment'], path: 'spec.forProvider.policyArn', ...modest },
      { kinds: [kinds.role], path: 'spec.forProvider.managedPolicyArns.*', ...modest },
    ]),
  ),
};
