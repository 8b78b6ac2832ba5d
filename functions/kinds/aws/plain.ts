import type { KubernetesObject } from '../../core/kubernetes.ts';
import { settingOf } from '../fields.ts';
import { conditionsOf, hasEffect, isForEverybody, type Statement, statementsOf, stringsOf } from '../statements.ts';

/** As IAM takes it: a text or a boolean, alone or in a list. */
const isFalseText = (value: unknown) => {
  const values = [value].flat();
  return values.length > 0 && values.every((item) => item === 'false' || item === false);
};

/** Whether a statement refuses whoever comes without TLS, to do anything; more conditions would let some of them in. */
function refusesPlain(statement: Statement, service: string, resources: readonly string[]): boolean {
  const { bool, boolifexists, ...others } = conditionsOf(statement);
  const condition = bool ?? boolifexists;
  const secure = typeof condition === 'object' && condition !== null ? Object.entries(condition) : [];
  const actions = stringsOf(statement.element('action'));
  const covered = stringsOf(statement.element('resource'));
  return (
    hasEffect(statement, 'deny') &&
    isForEverybody(statement) &&
    statement.element('notprincipal') === undefined &&
    Object.keys(others).length === 0 &&
    (bool === undefined || boolifexists === undefined) &&
    secure.length === 1 &&
    secure.every(([key, value]) => key.toLowerCase() === 'aws:securetransport' && isFalseText(value)) &&
    actions.some((action) => action === '*' || action.toLowerCase() === `${service}:*`) &&
    (covered.includes('*') || resources.every((ending) => covered.some((arn) => arn.startsWith('arn:') && arn.endsWith(ending))))
  );
}

/** A policy without which the service would answer whoever comes without TLS. */
export const refusingPlain = (service: string, resourcesOf: (object: KubernetesObject) => readonly string[]) => ({
  want: 'one that denies everybody everything where aws:SecureTransport is false',
  holds: (policy: KubernetesObject, object: KubernetesObject) =>
    statementsOf(settingOf(policy, 'policy'))?.some((statement) => refusesPlain(statement, service, resourcesOf(object))) === true,
});
