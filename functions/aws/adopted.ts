import type { Card } from '../core/card.ts';
import { at, stringAt } from '../core/kubernetes.ts';
import { foundBy } from '../core/look.ts';
import { shown } from '../core/problem.ts';
import { isLook } from '../core/readiness.ts';
import type { ObservedResource } from '../core/step.ts';

/** Whether what a claim adopts is not the claim's yet, so that nothing may come of it; false of a claim that adopts nothing. */
export const isAwaited = (adopt: object | undefined, observed: ObservedResource | undefined): boolean =>
  adopt !== undefined && (observed === undefined || isLook(observed.object));

/** Fields of what is adopted as they are: what its provider reports until it is the claim's, and what was said of them then from then on. */
export function asFound(observed: ObservedResource | undefined, fields: readonly string[]): Readonly<Record<string, unknown>> {
  const from = observed !== undefined && isLook(observed.object) ? ['status', 'atProvider'] : ['spec', 'forProvider'];
  const found = fields.map((field) => [field, at(observed?.object, ...from, field)] as const);
  const isSaid = (value: unknown) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(found.filter(([, value]) => isSaid(value)));
}

interface Place {
  /** What is adopted, and the subnet group that it is in, as AWS calls them. */
  readonly name: string;
  readonly group: string | undefined;
  readonly card: Card;
  /** What is seen of that group. */
  readonly seen: ObservedResource | undefined;
  readonly vpcId: string;
}

/** AWS moves nothing to another subnet group, and takes no security group of another VPC; undefined where it is in this one. */
export function elsewhere({ name, group, card, seen, vpcId }: Place): string | undefined {
  if (group === undefined) return `AWS names no subnet group of ${shown(name)}, want one in the VPC of the environment`;
  if (seen === undefined || foundBy(card, seen.object) === undefined) return undefined;
  const found = stringAt(seen.object, 'status', 'atProvider', 'vpcId');
  return found === vpcId
    ? undefined
    : `${shown(name)} is in VPC ${shown(found)}, want ${shown(vpcId)}, as data.aws.vpcId of the environment says`;
}
