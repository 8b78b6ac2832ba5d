import type * as z from 'zod';
import type { Composed } from '../../../core/api.ts';
import { issuedValues } from '../../../core/binding.ts';
import type { Card } from '../../../core/card.ts';
import { at, numberAt, stringAt } from '../../../core/kubernetes.ts';
import { foundBy } from '../../../core/look.ts';
import { shown } from '../../../core/problem.ts';
import { isLook } from '../../../core/readiness.ts';
import type { FoundBindings } from '../../../core/requirement.ts';
import type { ObservedResource, Refusal } from '../../../core/step.ts';
import { rdsInstance } from '../../../kinds/aws/rds-instance.ts';
import { rdsSnapshot } from '../../../kinds/aws/rds-snapshot.ts';
import { type DatabaseSettings, issuedDatabase, issuedProvider } from '../schema.ts';

const sourceKinds = { 'source-instance': rdsInstance, 'source-snapshot': rdsSnapshot };
type SourceKey = keyof typeof sourceKinds;
type RestoreFrom = NonNullable<DatabaseSettings['restoreFrom']>;

/** What `originOf` composes. */
export const originKinds: { readonly [Key in SourceKey]: Card } = sourceKinds;

/** The fields of an instance that say what RDS makes it of. */
const restoring = ['restoreToPointInTime', 'snapshotIdentifier'] as const;

interface Restore {
  readonly settings: DatabaseSettings;
  readonly source: FoundBindings;
  /** The instance of this claim. */
  readonly instance: ObservedResource | undefined;
  /** Its identifier. */
  readonly identifier: string;
  /** The identifier of the instance of a claim of this name, in this namespace. */
  readonly identifierOf: (claim: string) => string;
  /** Something in AWS that is only looked at. */
  readonly look: (key: SourceKey | 'instance', card: Card, externalName: string) => Composed;
  readonly observed: Readonly<Record<string, ObservedResource>>;
}

/** What RDS makes an instance of. */
export interface Origin {
  /** Looks at it, until the instance is made. */
  readonly resources: Readonly<Record<string, Composed>>;
  /** Fields of the instance; undefined where RDS makes it empty, and where it was made already. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  /** What the instance still waits for, for the developer. */
  readonly waitsFor?: string;
  readonly refusal?: Refusal;
}

/** What the binding of the other claim says, as far as it is there to be read. */
function issuedIn<T>(schema: z.ZodObject & z.ZodType<T>, { found: [other] }: FoundBindings): T | undefined {
  return other?.object && issuedValues(schema, { object: other.object, connectionDetails: {} });
}

/** Whether RDS itself gives a new instance the data that the claim asks for, which it does with what it keeps of another. */
export function isKeptByRds({ restoreFrom }: DatabaseSettings, source: FoundBindings): boolean {
  if (restoreFrom === undefined || restoreFrom.namespace !== undefined || restoreFrom.bucket !== undefined) return false;
  const bound = issuedIn(issuedProvider, source);
  return restoreFrom.snapshot !== undefined || bound === undefined || bound.provider === 'rds';
}

/** What a claim says its data is kept in: its name in RDS, and the field that says it. */
interface Kept {
  readonly key: SourceKey;
  readonly what: string;
  readonly name: string;
  readonly field: string;
}

/** Why no instance can be made of what a look has found, for the developer; undefined where it can. */
function unfitting({ settings, source, identifierOf }: Restore, restoreFrom: RestoreFrom, kept: Kept, found: unknown): string | undefined {
  const { storageGiB, version, databaseName } = settings;
  const { claim, at: time } = restoreFrom;
  const latest = stringAt(found, 'latestRestorableTime');
  const least = numberAt(found, 'allocatedStorage') ?? 0;
  const major = Number.parseInt(stringAt(found, 'engineVersion') ?? '', 10);
  const bound = issuedIn(issuedDatabase, source);
  if (kept.key === 'source-snapshot' && stringAt(found, 'dbInstanceIdentifier') !== identifierOf(claim)) {
    return `${kept.field}: got ${shown(kept.name)}, want a snapshot of ${shown(identifierOf(claim))}, the instance of AppDatabase ${claim}`;
  }
  if (time !== undefined && Date.parse(time) > Date.parse(latest ?? '')) {
    return `spec.restoreFrom.at: got ${shown(time)}, want at most ${shown(latest)}, up to which RDS can restore it now`;
  }
  if (storageGiB < least) return `spec.storageGiB: got ${storageGiB}, want at least ${least}, which its data is kept on`;
  if (Number(version) < major) return `spec.version: got ${shown(version)}, want at least ${shown(String(major))}, which its data is of`;
  if (bound !== undefined && bound.database !== databaseName) {
    return `spec.databaseName: got ${shown(databaseName)}, want ${shown(bound.database)}, which AppDatabase ${claim} has`;
  }
  return undefined;
}

/** The instance is made once what it is made of was seen; one that is there is never made again, and keeps what it was made of. */
export function originOf(restore: Restore): Origin {
  const { settings, source, instance, identifier, identifierOf, look, observed } = restore;
  const { restoreFrom } = settings;
  if (instance !== undefined && !isLook(instance.object)) {
    const spec = at(instance.object, 'spec', 'forProvider');
    const made = restoring.flatMap((field) => (at(spec, field) === undefined ? [] : [[field, at(spec, field)]]));
    return { resources: {}, fields: made.length === 0 ? undefined : Object.fromEntries(made) };
  }
  const isThere = instance !== undefined && foundBy(rdsInstance, instance.object) === 'something';
  if (restoreFrom === undefined || isThere || !isKeptByRds(settings, source)) return { resources: {}, fields: undefined };
  const { snapshot, at: time } = restoreFrom;
  const kept: Kept =
    snapshot === undefined
      ? { key: 'source-instance', what: 'instance', name: identifierOf(restoreFrom.claim), field: 'spec.restoreFrom.claim' }
      : { key: 'source-snapshot', what: 'snapshot', name: snapshot, field: 'spec.restoreFrom.snapshot' };
  const looks = { [kept.key]: look(kept.key, sourceKinds[kept.key], kept.name) };
  const looking = { resources: { ...looks, instance: look('instance', rdsInstance, identifier) }, fields: undefined };
  const refused = (why: string): Origin => ({ ...looking, refusal: { reason: 'CannotRestore', message: `cannot restore: ${why}` } });
  const [other] = source.found;
  // Until it can be read, nobody knows where the data of the other is.
  if (snapshot === undefined && other?.claimed === true && other.object === undefined) {
    return { ...looking, waitsFor: `the binding of AppDatabase ${restoreFrom.claim}, whose data it begins with` };
  }
  const seen = observed[kept.key]?.object;
  const found = seen && foundBy(sourceKinds[kept.key], seen);
  if (found === undefined) return { ...looking, waitsFor: `RDS to show its ${kept.what} ${shown(kept.name)}` };
  if (found === 'nothing') return refused(`${kept.field}: RDS has no ${kept.what} ${shown(kept.name)}`);
  const why = unfitting(restore, restoreFrom, kept, at(seen, 'status', 'atProvider'));
  if (why !== undefined) return refused(why);
  if (snapshot !== undefined) return { resources: looks, fields: { snapshotIdentifier: snapshot } };
  if (!stringAt(seen, 'status', 'atProvider', 'latestRestorableTime')) {
    return { ...looking, waitsFor: `RDS to have a first backup of ${shown(kept.name)}` };
  }
  const moment = time === undefined ? { useLatestRestorableTime: true } : { restoreTime: time };
  return { resources: looks, fields: { restoreToPointInTime: { sourceDbInstanceIdentifier: kept.name, ...moment } } };
}
