import { inOrder } from '../core/names.ts';

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  /** Left out where it is the resource that the policy belongs to. */
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

/** A policy document as AWS takes it: JSON. */
export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The statements of a document of ours; none of one that is no such document. */
export function statementsIn(document: string | undefined): readonly Statement[] {
  try {
    const { Statement: found } = JSON.parse(document ?? '{}');
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

const sorted = (value: string | readonly string[] | undefined): readonly string[] => [...new Set([value ?? []].flat())].sort();

/** What of a statement is not about which resource. */
const kindOf = ({ Effect, Action, Condition }: Statement) => JSON.stringify(inOrder([Effect, sorted(Action), Condition ?? null]));

/** The same in as few statements as it takes, in an order of their own. */
export function merged(statements: readonly Statement[]): readonly Statement[] {
  return [...Map.groupBy(statements, kindOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, alike]) => {
      const [first] = alike;
      if (first === undefined) return [];
      const { Effect, Action, Condition } = first;
      const Resource = sorted(alike.flatMap((each) => sorted(each.Resource)));
      return [{ Effect, Action: sorted(Action), Resource, ...(Condition !== undefined && { Condition }) }];
    });
}

const isAlike = (a: Statement, b: Statement) => kindOf({ ...a, Action: [] }) === kindOf({ ...b, Action: [] });

/** What of some statements a document says already: nothing that either does not. */
export function heldOf(document: readonly Statement[], statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement) =>
    sorted(statement.Resource).flatMap((Resource) => {
      const said = document.filter((each) => isAlike(each, statement) && sorted(each.Resource).includes(Resource));
      const Action = sorted(statement.Action).filter((action) => said.some((each) => sorted(each.Action).includes(action)));
      return Action.length === 0 ? [] : [{ ...statement, Action, Resource }];
    }),
  );
}

/** Whether a document says all of some statements. */
export const holds = (document: readonly Statement[], statements: readonly Statement[]): boolean =>
  policyDocument(merged(heldOf(document, statements))) === policyDocument(merged(statements));
